import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDataDir } from './lock.ts';

const folder = () => mkdtempDisposable(join(tmpdir(), 'primes-lock-'));
const PROGRAM = '/project/dev/start.ts';

/** A process that has `argument` in its command line. */
async function otherProcess(argument: string) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', argument], { stdio: 'ignore' });
  await once(child, 'spawn');
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('claimDataDir()', () => {
  it('holds the lock until it is disposed of', async () => {
    await using dir = await folder();
    const claim = await claimDataDir(dir.path, PROGRAM);
    expect(await readFile(join(dir.path, 'start.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await claim[Symbol.asyncDispose]();
    expect(await readdir(dir.path)).toEqual([]);
  });

  it('throws while another start holds the lock', async () => {
    await using dir = await folder();
    await using other = await otherProcess(PROGRAM);
    await writeFile(join(dir.path, 'start.pid'), `${other.pid}\n`);
    await expect(claimDataDir(dir.path, PROGRAM)).rejects.toThrow(`process ${other.pid}`);
  });

  it('takes over from a killed process, even if another process has its pid', async () => {
    await using dir = await folder();
    await using other = await otherProcess('something else');
    await writeFile(join(dir.path, 'start.pid'), `${other.pid}\n`);
    await claimDataDir(dir.path, PROGRAM);
    expect(await readFile(join(dir.path, 'start.pid'), 'utf8')).toBe(`${process.pid}\n`);
  });
});
