import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from './bootstrap/child.mjs';
import { chartTests } from './chart-tests.ts';
import { countTests, type JestReport, type TestCounts } from './count-tests.ts';
import { ROOT } from './project.ts';
import { requireRedisServer } from './redis/binary.ts';
import { Refusal } from './refusal.ts';

/** As in the script `jest` of package.json, which says why. */
const NODE_OPTIONS = '--experimental-vm-modules --conditions=source --disable-warning=ExperimentalWarning';

const UNIT_AND_INT = ['--selectProjects', 'unit', 'int'];
/** End-to-end tests start whole systems, so they run one by one, after the others. */
const E2E = ['--selectProjects', 'e2e', '--runInBand'];

process.exit(await main(process.argv.slice(2)));

/** Runs all tests but the slow ones; the arguments go to Jest, which takes patterns of file names. */
async function main(args: readonly string[]): Promise<number> {
  const { passed, failed } = await runAll(args);
  // The last line, whatever happened.
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function runAll(args: readonly string[]): Promise<TestCounts> {
  let redisServer: string;
  try {
    redisServer = await requireRedisServer();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    return { passed: 0, failed: 1 };
  }
  const charts = await chartTests();
  for (const line of charts.missing) console.log(line);
  const total = { passed: 0, failed: 0 };
  for (const run of [UNIT_AND_INT, charts.options, E2E]) {
    if (!run) continue;
    // Its own options last: --selectProjects would take the user's patterns for names of projects.
    const { counts, interrupted } = await runJest([...args, ...run], redisServer);
    total.passed += counts.passed;
    total.failed += counts.failed;
    if (interrupted) break;
  }
  if (total.passed + total.failed === 0) console.error('No test was found');
  return total;
}

async function runJest(
  args: readonly string[],
  redisServer: string,
): Promise<{ counts: TestCounts; interrupted: boolean }> {
  const reportFile = join(ROOT, 'node_modules', '.cache', 'jest-report.json');
  await mkdir(join(reportFile, '..'), { recursive: true });
  await rm(reportFile, { force: true });
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  // A pattern need not match in both runs.
  const options = ['--passWithNoTests', '--json', `--outputFile=${reportFile}`];
  const { code, signal } = await runToEnd(process.execPath, [jest, ...args, ...options], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS, REDIS_SERVER: redisServer },
    stdio: 'inherit',
  });
  const report = await readFile(reportFile, 'utf8').then(
    (text) => JSON.parse(text) as JestReport,
    () => undefined,
  );
  return { counts: countTests(report, code), interrupted: signal !== undefined };
}
