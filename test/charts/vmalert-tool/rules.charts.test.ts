import { mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { primes } from '@primes/primes';
import { runCommand } from '../../../dev/command.ts';
import { ROOT } from '../../../dev/project.ts';

const RULES = join(ROOT, 'monitoring', 'rules');
const files = readdirSync(RULES);

it.each(files.filter((file) => file.endsWith('.test.yaml')))('the alerts fire as %s says', async (tests) => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'rules-'));
  for (const file of files) {
    const text = readFileSync(join(RULES, file), 'utf8').replaceAll('PREFIX_', `${primes.metricPrefix}_`);
    writeFileSync(join(folder.path, file), text);
  }
  const { ok, output } = await runCommand(
    ['vmalert-tool', 'unittest', `--files=${join(folder.path, tests)}`],
    { timeoutMs: 120_000 },
  );
  expect(ok ? '' : output).toBe('');
});
