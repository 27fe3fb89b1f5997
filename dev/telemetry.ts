import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requireRedisServer } from './redis/binary.ts';
import { runJest } from './run-jest.ts';

/** What `npm run test:telemetry` starts, by the names that their projects give them. */
const PROGRAMS = ['otelcol-k8s', 'redis_exporter', 'victoria-metrics', 'vmalert'];

process.exit(await main(process.argv.slice(2)));

/** Runs the tests of test/telemetry, if the programs are there; the arguments go to Jest. */
async function main(args: readonly string[]): Promise<number> {
  const missing = PROGRAMS.filter((program) => !isOnPath(program));
  if (missing.length > 0) {
    console.error(
      `Not on the PATH, and needed to see what the service tells of itself: ${missing.join(', ')}`,
    );
    console.log('0 passed, 1 failed');
    return 1;
  }
  const options = [...args, '--selectProjects', 'telemetry', '--runInBand'];
  const { counts } = await runJest(options, { REDIS_SERVER: await requireRedisServer() });
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
