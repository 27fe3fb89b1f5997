import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboards, recordPanel, type DashboardJson, type Recording } from '@primes/monitoring';
import { primes } from '@primes/primes';
import { playScene } from './scene.ts';
import { startObservedSystem } from './system.ts';
import { formatted } from '../../dev/generate/formatted.ts';
import { ROOT } from '../../dev/project.ts';
import { requireRedisServer } from '../../dev/redis/binary.ts';
import { missingPrograms } from './programs.ts';

/** The dashboard that the documentation shows. */
const NAME = 'api-overview';
const FILE = join(ROOT, 'monitoring', 'recordings', `${NAME}.json`);
const STEP_SECONDS = 4;

process.exit(await main());

/** Records what VictoriaMetrics has for a dashboard after four minutes of traffic; `npm run generate` draws it. */
async function main(): Promise<number> {
  const missing = await missingPrograms();
  if (missing) {
    console.error(missing);
    return 1;
  }
  process.env['REDIS_SERVER'] = await requireRedisServer();
  await using system = await startObservedSystem({
    WEBHOOK_ALLOWED_HOSTS: 'localhost',
    // The second attempt falls into these minutes.
    WEBHOOK_BACKOFF_MS: '100',
    // The hand-over of the stopped worker is scraped, as in a pod.
    FINAL_SCRAPE_WAIT_MS: '3000',
    WORKER_MAX_REPLICAS: '3',
  });
  const from = now();
  console.log('Four minutes of traffic …');
  await playScene(system);
  const range = { from, to: now(), step: STEP_SECONDS };

  const built = dashboards(primes) as unknown as readonly (DashboardJson & { uid: string })[];
  const panels = built.find(({ uid }) => uid.endsWith(NAME))?.panels ?? [];
  const recorded = panels.map(async (panel) => {
    const series = await recordPanel(panel, range, (expr) => system.metrics.range(expr, range));
    return [panel.title, series] as const;
  });
  const recording: Recording = {
    stepSeconds: STEP_SECONDS,
    panels: Object.fromEntries(await Promise.all(recorded)),
  };
  await writeFile(FILE, await formatted(JSON.stringify(recording), FILE));
  console.log(`${FILE} written; to draw it: npm run generate`);
  return 0;
}

/** Now, rounded up to a whole step: VictoriaMetrics aligns its points to steps. */
function now(): number {
  return Math.ceil(Date.now() / 1_000 / STEP_SECONDS) * STEP_SECONDS;
}
