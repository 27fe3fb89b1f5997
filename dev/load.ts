import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  COMPLETION,
  drawLoad,
  filesIn,
  parseHistory,
  parseStats,
  SUBMISSION,
  type Measured,
  type Replicas,
} from '@primes/monitoring';
import { install } from '../test/cluster/helm.ts';
import { runLoad } from '../test/cluster/load-jobs.ts';
import { makeNamespace, removeNamespace } from '../test/cluster/namespace.ts';
import { watch, type Change } from '../test/cluster/watch.ts';
import { noWorkers } from '../test/cluster/workers.ts';
import { bringUp, requireCluster } from './cluster/context.ts';
import { writeSection } from './generate/section.ts';
import { SERVICES, buildImage, buildImages, imageOf } from './images/build.ts';
import { provide } from './images/provide.ts';
import { ROOT } from './project.ts';
import { Refusal } from './refusal.ts';

const PAGE = join(ROOT, 'docs', 'observability.md');
const PICTURE = join(ROOT, 'docs', 'load.svg');
const IMAGE = 'primes-load';
const MINUTES = 3;
const SETTINGS = { LOCUST_USERS: '60', LOCUST_SPAWN_RATE: '2', LOCUST_RUN_TIME: `${MINUTES}m` };

process.exit(await main());

/** Puts load on the service in the current kube context, draws what came of it, and writes its figures down. */
async function main(): Promise<number> {
  try {
    const { CLUSTER_UP } = process.env;
    if (CLUSTER_UP) await bringUp(CLUSTER_UP);
    await requireCluster();
    await buildImages();
    await buildImage(IMAGE, [join(ROOT, 'monitoring', 'locust')]);
    await provide([...(await Promise.all(SERVICES.map(imageOf))), IMAGE]);
    return await record();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function record(): Promise<number> {
  await makeNamespace();
  try {
    await install();
    await noWorkers();
    await using replicas = await watch(
      ['deployment', 'primes-worker'],
      '{.spec.replicas} {.status.readyReplicas}',
    );
    console.log(`${MINUTES} minutes of load …`);
    const { log, met } = await runLoad(SETTINGS, MINUTES * 60_000);
    const files = filesIn(log);
    const history = parseHistory(files.get('load_stats_history.csv') ?? '');
    if (history.length === 0) throw new Refusal(`The load has told no figures:\n${log.slice(-2_000)}`);
    await noWorkers(300_000);
    const course = replicas.changes.map(toReplicas);
    const table = tableOf(parseStats(files.get('load_stats.csv') ?? ''), course);
    console.log(`${table}\n\nThe service levels were ${met ? 'met' : 'missed'}.`);
    await writeFile(PICTURE, drawLoad({ history, replicas: course }));
    const picture = '![Workers and what clients felt, over the load](load.svg)';
    await writeSection(PAGE, 'load', `${table}\n\n${picture}`);
    return met ? 0 : 1;
  } finally {
    await removeNamespace();
  }
}

function toReplicas({ at, values: [wanted, ready] }: Change): Replicas {
  // What is 0 is left out.
  return { at: at / 1_000, wanted: Number(wanted ?? 0), ready: Number(ready ?? 0) };
}

/** The figures in Markdown. */
function tableOf(measured: readonly Measured[], replicas: readonly Replicas[]): string {
  const rows = measured
    .filter(({ name }) => [SUBMISSION, COMPLETION].includes(name))
    .map(({ name, count, failures, perSecond, ...times }) => {
      const [p50, p95, p99] = [times.p50, times.p95, times.p99].map((seconds) => `${seconds.toFixed(2)} s`);
      return [`\`${name}\``, count, failures, perSecond.toFixed(1), p50, p95, p99].join(' | ');
    });
  const most = Math.max(...replicas.map(({ ready }) => ready));
  return [
    '| of the clients | count | failed | in a second | p50 | p95 | p99 |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    `${SETTINGS.LOCUST_USERS} clients for ${MINUTES} minutes; workers from none to ${most}, and back to none.`,
  ].join('\n');
}
