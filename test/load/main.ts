import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  COMPLETION,
  filesIn,
  parseHistory,
  parseStats,
  recordLoad,
  SUBMISSION,
  type Replicas,
  type RequestStats,
} from '@primes/monitoring';
import { SERVICES } from '@primes/testing';
import { install } from '../cluster/helm.ts';
import { runLoad } from '../cluster/load-jobs.ts';
import { makeNamespace, removeNamespace } from '../cluster/namespace.ts';
import { watch, type Change } from '../cluster/watch.ts';
import { noWorkers } from '../cluster/workers.ts';
import { startCluster, requireCluster } from '../cluster/context.ts';
import { formatted } from '../../dev/generate/formatted.ts';
import { writeSection } from '../../dev/generate/section.ts';
import { imageOf } from '../../dev/release/images.ts';
import { buildImage, buildImages } from '../images/build.ts';
import { provide } from '../images/provide.ts';
import { ROOT } from '../../dev/project.ts';
import { CliError } from '../../dev/cli-error.ts';

const PAGE = join(ROOT, 'docs', 'observability.md');
const RECORDING = join(ROOT, 'monitoring', 'recordings', 'load.json');
const IMAGE = 'primes-load';
const MINUTES = 3;
const SETTINGS = { LOCUST_USERS: '60', LOCUST_SPAWN_RATE: '2', LOCUST_RUN_TIME: `${MINUTES}m` };

process.exit(await main());

/** Runs a load test in the current kube context and records it; `npm run generate` draws the recording. */
async function main(): Promise<number> {
  try {
    const { CLUSTER_UP } = process.env;
    if (CLUSTER_UP) await startCluster(CLUSTER_UP);
    await requireCluster();
    await buildImages();
    await buildImage(IMAGE, [join(ROOT, 'monitoring', 'locust')]);
    await provide([...SERVICES.map(imageOf), IMAGE]);
    return await record();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
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
    if (history.length === 0) throw new CliError(`The load test printed no figures:\n${log.slice(-2_000)}`);
    await noWorkers(300_000);
    const changes = replicas.changes.map(toReplicas);
    const table = tableOf(parseStats(files.get('load_stats.csv') ?? ''), changes);
    console.log(`${table}\n\nThe service levels were ${met ? 'met' : 'missed'}.`);
    const recording = JSON.stringify(recordLoad(history, changes));
    await writeFile(RECORDING, await formatted(recording, RECORDING));
    const picture = '![Workers and latency during the load test](load.svg)';
    await writeSection(PAGE, 'load', `${table}\n\n${picture}`);
    console.log(`${RECORDING} written; to draw it: npm run generate`);
    return met ? 0 : 1;
  } finally {
    await removeNamespace();
  }
}

function toReplicas({ at, values: [desired, ready] }: Change): Replicas {
  // Kubernetes omits a count of 0.
  return { at: at / 1_000, desired: Number(desired ?? 0), ready: Number(ready ?? 0) };
}

/** The figures in Markdown. */
function tableOf(measured: readonly RequestStats[], replicas: readonly Replicas[]): string {
  const rows = measured
    .filter(({ name }) => [SUBMISSION, COMPLETION].includes(name))
    .map(({ name, count, failures, perSecond, ...times }) => {
      const [p50, p95, p99] = [times.p50, times.p95, times.p99].map((seconds) => `${seconds.toFixed(2)} s`);
      return [`\`${name}\``, count, failures, perSecond.toFixed(1), p50, p95, p99].join(' | ');
    });
  const max = Math.max(...replicas.map(({ ready }) => ready));
  return [
    '| request | count | failed | per second | p50 | p95 | p99 |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    `${SETTINGS.LOCUST_USERS} clients for ${MINUTES} minutes; workers from 0 to ${max} and back to 0.`,
  ].join('\n');
}
