import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSection } from '../dev/generate/section.ts';
import { ROOT } from '../dev/project.ts';
import { requireRedisServer } from '../dev/redis/binary.ts';
import { compare } from './compare/compare.ts';
import { compareConcurrencies, fairnessRow } from './concurrency.ts';
import { startRows, storeRows } from './footprint.ts';
import { kernelRows } from './kernel.ts';
import { keysRow } from './keys.ts';
import { latencyRows } from './latency.ts';
import { operateRows } from './operate.ts';
import { peerRows } from './peer.ts';
import { primesieveVersion } from './primesieve.ts';
import { TABLE_HEAD, tableLine, type Row } from './row.ts';
import { streamingRows } from './streaming.ts';
import { submitAndDrainRows } from './submit-and-drain.ts';
import { describeMachine, startSystem, type System } from './system.ts';
import { telemetryRows } from './telemetry.ts';

const PAGE = join(ROOT, 'docs', 'performance.md');

const { values, positionals } = parseArgs({
  options: { peers: { type: 'boolean' }, telemetry: { type: 'boolean' }, compare: { type: 'string' } },
  allowPositionals: true,
});
const { peers = false, telemetry = false } = values;
// The benchmark starts its own Redis with this program.
process.env['REDIS_SERVER'] = await requireRedisServer();
const peer = peers ? process.env['PEER_URL'] : undefined;
const primesieve = peers ? await primesieveVersion() : undefined;

/** Each topic runs on its own system, so that no data of another remains. */
const topics: Record<string, (system: System) => AsyncIterable<Row>> = {
  kernel: () => kernelRows({ primesieve: primesieve !== undefined }),
  latency: latencyRows,
  fairness: fairnessRow,
  submit: submitAndDrainRows,
  keys: keysRow,
  operate: operateRows,
  streaming: (system) => streamingRows(system, { primesieve: primesieve !== undefined }),
  store: storeRows,
  start: startRows,
  telemetry: telemetryRows,
  ...(peer !== undefined && { peer: (system) => peerRows(system, peer) }),
};
const more: typeof topics = { concurrency: compareConcurrencies };

const lines: string[] = [];
const say = (line: string) => {
  lines.push(line);
  console.log(line);
};
if (values.compare !== undefined) {
  say(`${describeMachine()}. Medians, sides in turn. Lower is better.\n`);
  await compare(values.compare, positionals, say);
  process.exit();
}
say(`${describeMachine()}${primesieve === undefined ? '' : `; ${primesieve}`}. Medians, sides in turn.`);
if (peers && primesieve === undefined) say('primesieve is not on the PATH. Its rows are skipped.');
if (peers && peer === undefined) say('PEER_URL is not set. Its rows are skipped.');
['', ...TABLE_HEAD].forEach(say);
const chosen = telemetry ? ['telemetry', ...positionals] : positionals;
for (const name of chosen.length > 0 ? chosen : Object.keys(topics)) {
  const topic = { ...topics, ...more }[name];
  if (!topic) throw new Error(`There is no topic ${name}: ${Object.keys({ ...topics, ...more }).join(', ')}`);
  await using system = await startSystem();
  for await (const row of topic(system)) say(tableLine(row));
}
if (peers && chosen.length === 0) await writeSection(PAGE, 'measured', lines.join('\n'));
