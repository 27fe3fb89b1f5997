import { conclude } from './count-tests.ts';
import { findOnPath } from './on-path.ts';
import { requireRedisServer } from './redis/binary.ts';
import { runJest } from './run-jest.ts';

/** What `npm run test:telemetry` starts, by the names that their projects give them. */
const PROGRAMS = ['otelcol-k8s', 'redis_exporter', 'victoria-metrics', 'vmalert'];

process.exit(await main(process.argv.slice(2)));

/** Runs the tests of test/telemetry, if the programs are there; the arguments go to Jest. */
async function main(args: readonly string[]): Promise<number> {
  const paths = await Promise.all(PROGRAMS.map(findOnPath));
  const missing = PROGRAMS.filter((_, i) => paths[i] === undefined);
  if (missing.length > 0) {
    console.error(
      `Not on the PATH, and needed to see what the service tells of itself: ${missing.join(', ')}`,
    );
    return conclude({ passed: 0, failed: 1 });
  }
  const options = [...args, '--selectProjects', 'telemetry', '--runInBand'];
  const { counts } = await runJest(options, { REDIS_SERVER: await requireRedisServer() });
  return conclude(counts);
}
