import { chartTests } from './chart-tests.ts';
import { conclude, type TestCounts } from './count-tests.ts';
import { requireRedisServer } from './redis/binary.ts';
import { Refusal } from './refusal.ts';
import { runJest } from './run-jest.ts';

const UNIT_AND_INT = ['--selectProjects', 'unit', 'int'];
/** End-to-end tests start whole systems, so they run one by one, after the others. */
const E2E = ['--selectProjects', 'e2e', '--runInBand'];

process.exit(await main(process.argv.slice(2)));

/** Runs all tests but the slow ones; the arguments go to Jest, which takes patterns of file names. */
async function main(args: readonly string[]): Promise<number> {
  // The last line, whatever happened.
  return conclude(await runAll(args));
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
    // A pattern need not match in both runs.
    const options = [...args, ...run, '--passWithNoTests'];
    const { counts, interrupted } = await runJest(options, { REDIS_SERVER: redisServer });
    total.passed += counts.passed;
    total.failed += counts.failed;
    if (interrupted) break;
  }
  if (total.passed + total.failed === 0) console.error('No test was found');
  return total;
}
