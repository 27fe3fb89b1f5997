import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { runCommand } from '../../../dev/command.ts';
import { ROOT } from '../../../dev/project.ts';

it('each alert fires when it should, and not otherwise', async () => {
  const tests = join(ROOT, 'monitoring', 'rules', 'primes.test.yaml');
  const { ok, output } = await runCommand(['vmalert-tool', 'unittest', `--files=${tests}`], {
    timeoutMs: 120_000,
  });
  expect(ok ? '' : output).toBe('');
});
