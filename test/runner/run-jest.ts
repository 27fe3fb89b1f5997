import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from '../../dev/bootstrap/child.mjs';
import { countTests, type JestReport, type TestCounts } from './count-tests.ts';
import { ROOT } from '../../dev/project.ts';

/** As in the script `jest` of package.json. */
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

/** Runs Jest and shows its reports. */
export async function runJest(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ counts: TestCounts; interrupted: boolean }> {
  const reportFile = join(ROOT, 'node_modules', '.cache', 'jest-report.json');
  await mkdir(join(reportFile, '..'), { recursive: true });
  await rm(reportFile, { force: true });
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--json', `--outputFile=${reportFile}`];
  const { code, signal } = await runToEnd(process.execPath, [jest, ...args, ...options], {
    cwd: ROOT,
    env: { ...process.env, ...env, NODE_OPTIONS },
    stdio: 'inherit',
  });
  const report = await readFile(reportFile, 'utf8').then(
    (text) => JSON.parse(text) as JestReport,
    () => undefined,
  );
  return { counts: countTests(report, code), interrupted: signal !== undefined };
}
