import { describe, expect, it } from '@jest/globals';
import { runToEnd } from './child.mjs';

const node = (program: string) =>
  runToEnd(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });

describe('runToEnd()', () => {
  it('gives the exit code and what was written', async () => {
    const ended = await node('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(ended.code).toBe(3);
    expect(ended.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('tells the death by a signal as shells do', async () => {
    expect((await node('process.kill(process.pid, "SIGKILL")')).code).toBe(137);
  });

  it('rejects when there is no such program', async () => {
    await expect(runToEnd('/does/not/exist', [], {})).rejects.toThrow('ENOENT');
  });
});
