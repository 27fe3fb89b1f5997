import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSection } from '../../dev/generate/section.ts';
import { ROOT } from '../../dev/project.ts';
import { requireRedisServer } from '../../dev/redis/binary.ts';
import { conclude } from '../runner/count-tests.ts';
import { runJest } from '../runner/run-jest.ts';
import { tableOf, type Measured } from './table.ts';

const RESULTS = join(ROOT, 'node_modules', '.cache', 'failover.jsonl');
const PAGE = join(ROOT, 'docs', 'faults.md');

process.exit(await main());

/**
 * Runs the failovers, and prints their table. Options: the number of failovers of each engine for each setting, and
 * `--write`, which writes the table into docs/faults.md. Other arguments are for Jest, such as `-- -t 'WAIT 1'`.
 */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      sentinel: { type: 'string', default: '30' },
      cluster: { type: 'string', default: '20' },
      write: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const redis = await requireRedisServer();
  await mkdir(join(RESULTS, '..'), { recursive: true });
  await rm(RESULTS, { force: true });
  const { counts } = await runJest([...positionals, '--selectProjects', 'failover', '--runInBand'], {
    REDIS_SERVER: redis,
    FAILOVERS: JSON.stringify({ Sentinel: Number(values.sentinel), Cluster: Number(values.cluster) }),
    FAILOVER_RESULTS: RESULTS,
  });
  const lines = await readFile(RESULTS, 'utf8').catch(() => '');
  const table = tableOf(lines.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Measured] : [])));
  console.log(table);
  if (values.write) await writeSection(PAGE, 'failover', table);
  return conclude(counts);
}
