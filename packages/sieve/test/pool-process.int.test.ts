import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const SCRIPT = `
  import { SievePool } from '@primes/sieve';
  const pool = new SievePool({ threads: 2 });
  const { count } = await pool.sieve({ firstByte: 0, bytes: 1000 }, { group: 'g' });
  console.log(count);
  await pool.close();
`;
const PRELOAD = '--import=data:text/javascript,console.log(%22preload%22)';

/** The output of a process that runs `script` in `packages/sieve`; the process must end by itself. */
async function run(args: string[], nodeOptions: string, script = SCRIPT): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...args, '--input-type=module', '--eval', script],
    { cwd: import.meta.dirname, env: { NODE_OPTIONS: nodeOptions }, timeout: 60_000 },
  );
  return stdout;
}

describe('a process with a SievePool', () => {
  it('ends after the pool is closed', async () => {
    expect(await run([], '')).toBe('3242\n');
  });

  it('sieves on a processor without SIMD', async () => {
    const script = `import { hasWasmSimd } from '../src/simd.ts'; console.log(hasWasmSimd()); ${SCRIPT}`;
    const without = run(['--no-enable-sse4-1'], '', script);
    // The flag has no effect on other processors.
    expect(await without).toBe(`${process.arch !== 'x64'}\n3242\n`);
  });

  it('does not run a preload in the threads', async () => {
    expect(await run([PRELOAD], '')).toBe('preload\n3242\n');
    expect(await run([], PRELOAD)).toBe('preload\n3242\n');
  });
});
