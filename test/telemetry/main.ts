import { conclude } from '../runner/count-tests.ts';
import { requireRedisServer } from '../../dev/redis/binary.ts';
import { runJest } from '../runner/run-jest.ts';
import { missingPrograms } from './programs.ts';

process.exit(await main(process.argv.slice(2)));

/** Runs the tests in test/telemetry if their programs are installed; the arguments are for Jest. */
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
