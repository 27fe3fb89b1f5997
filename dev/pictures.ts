import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, DASHBOARDS, drawBoard, type Board, type TimeRange } from '@primes/monitoring';
import { playScene } from '../test/telemetry/scene.ts';
import { startObservedSystem } from '../test/telemetry/system.ts';
import { ROOT } from './project.ts';
import { requireRedisServer } from './redis/binary.ts';
import { missingPrograms } from './telemetry/programs.ts';

const FOLDER = join(ROOT, 'docs', 'dashboards');
const STEP_SECONDS = 4;

process.exit(await main());

/** Draws the dashboards from what VictoriaMetrics has after some minutes of traffic. */
async function main(): Promise<number> {
  const missing = await missingPrograms();
  if (missing) {
    console.error(missing);
    return 1;
  }
  process.env['REDIS_SERVER'] = await requireRedisServer();
  await using system = await startObservedSystem({
    WEBHOOK_ALLOWED_HOSTS: 'localhost',
    // The second attempt in these few minutes.
    WEBHOOK_BACKOFF_MS: '100',
    // So that the hand-over of the worker that is taken away is seen, as in a pod.
    FINAL_SCRAPE_WAIT_MS: '3000',
    WORKER_MAX_REPLICAS: '3',
  });
  const from = now();
  console.log('Four minutes of traffic, to be drawn…');
  await playScene(system);
  const range: TimeRange = { from, to: now(), step: STEP_SECONDS };

  await mkdir(FOLDER, { recursive: true });
  for (const { uid = '', ...dashboard } of DASHBOARDS) {
    // The types of Grafana's SDK leave open what our panels always have.
    const board = dashboard as unknown as Board;
    const series = board.panels.map((panel) => ask(panel, (expr) => system.metrics.range(expr, range)));
    const file = join(FOLDER, `${uid}.svg`);
    await writeFile(file, drawBoard(board, await Promise.all(series), range));
    console.log(file);
  }
  return 0;
}

/** Now, at a whole step, to which VictoriaMetrics moves the points of its answers. */
function now(): number {
  return Math.ceil(Date.now() / 1_000 / STEP_SECONDS) * STEP_SECONDS;
}
