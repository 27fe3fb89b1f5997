import { conclude } from './count-tests.ts';
import { requireRedisServer } from './redis/binary.ts';
import { runJest } from './run-jest.ts';
import { missingPrograms } from './telemetry/programs.ts';

process.exit(await main(process.argv.slice(2)));

/** Runs the tests of test/telemetry, if the programs are there; the arguments go to Jest. */
async function main(args: readonly string[]): Promise<number> {
  const missing = await missingPrograms();
  if (missing) {
    console.error(missing);
    return conclude({ passed: 0, failed: 1 });
  }
  const options = [...args, '--selectProjects', 'telemetry', '--runInBand'];
  const { counts } = await runJest(options, { REDIS_SERVER: await requireRedisServer() });
  return conclude(counts);
}
