import { describe, expect, it } from '@jest/globals';
import { runToEnd } from './child.mjs';

const node = (program: string) =>
  runToEnd(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });

describe('runToEnd()', () => {
  it('returns the exit code and the output', async () => {
    const ended = await node('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(ended.code).toBe(3);
    expect(ended.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('returns 128 + the signal number after a signal', async () => {
    expect((await node('process.kill(process.pid, "SIGKILL")')).code).toBe(137);
  });

  it('rejects if the program does not exist', async () => {
    await expect(runToEnd('/does/not/exist', [], {})).rejects.toThrow('ENOENT');
  });
});
