import { chartTests } from './runner/chart-tests.ts';
import { conclude, type TestCounts } from './runner/count-tests.ts';
import { requireRedisServer } from '../dev/redis/binary.ts';
import { requireChromium } from '../dev/chromium.ts';
import { CliError } from '../dev/cli-error.ts';
import { runJest } from './runner/run-jest.ts';

const UNIT_AND_INT = ['--selectProjects', 'unit', 'int'];
/** End-to-end tests start whole systems, so they run one at a time, after the others. */
const E2E = ['--selectProjects', 'e2e', '--runInBand'];

/** Adds the faults of whole systems, which take 20 minutes. */
const FAULTS_OPTION = '--faults';
const FAULTS = ['--selectProjects', 'faults', '--runInBand'];
/** Only with that option too: Chromium is large to install. */
const BROWSER = ['--selectProjects', 'browser', '--runInBand'];

process.exit(await main(process.argv.slice(2)));

/** Runs all tests except the slow ones; other arguments are patterns of file names for Jest. */
async function main(args: readonly string[]): Promise<number> {
  const patterns = args.filter((arg) => arg !== FAULTS_OPTION);
  return conclude(await runAll(patterns, { faults: patterns.length < args.length }));
}

async function runAll(args: readonly string[], { faults }: { faults: boolean }): Promise<TestCounts> {
  let redisServer: string;
  let chromium: string | undefined;
  try {
    redisServer = await requireRedisServer();
    if (faults) chromium = await requireChromium();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(error.message);
    return { passed: 0, failed: 1 };
  }
  const charts = await chartTests();
  for (const line of charts.missing) console.log(line);
  const total = { passed: 0, failed: 0 };
  for (const run of [UNIT_AND_INT, charts.options, E2E, faults ? FAULTS : undefined, chromium && BROWSER]) {
    if (run === undefined || run === '') continue;
    // --selectProjects comes last: it would treat the user's patterns as project names.
    // A pattern need not match in every run.
    const options = [...args, ...run, '--passWithNoTests'];
    const { counts, interrupted } = await runJest(options, {
      REDIS_SERVER: redisServer,
      ...(chromium !== undefined && { CHROME_PATH: chromium }),
    });
    total.passed += counts.passed;
    total.failed += counts.failed;
    if (interrupted) break;
  }
  if (total.passed + total.failed === 0) console.error('No tests found');
  return total;
}
