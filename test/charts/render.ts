import { globSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../dev/command.ts';
import { ROOT } from '../../dev/project.ts';
import { parseAllDocuments } from 'yaml';

export const CHART = join(ROOT, 'charts', 'primes');

/** The fields of manifests that the tests read. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: object;
}

/** All ways to scale workers. */
export const SCALINGS = {
  'external-push': [],
  redis: ['scaling.trigger=redis'],
  'metrics-api': ['scaling.trigger=metrics-api'],
  prometheus: ['scaling.trigger=prometheus', 'scaling.prometheusAddress=http://vm:8428'],
  jobs: ['worker.kind=ScaledJob', 'scaling.trigger=redis'],
  'no autoscaler': ['scaling.enabled=false', 'worker.replicas=2'],
} as const;

/** Snapshots, and the restore of one. */
const BACKUP = ['backup.enabled=true', 'backup.restore=latest'] as const;

/** An external Redis with an exporter. */
const EXTERNAL = [
  'redis.queue.url=rediss://redis.example:6380',
  'redis.exporter.external=true',
  'redis.caSecret.name=redis-ca',
  'config.common.QUEUE_PREFIX=numbers',
  'networkPolicy.peers.redis[0].ipBlock.cidr=10.0.0.0/8',
] as const;

/** The ways to render the chart that together contain all kinds of pods. */
export const VARIANTS = { ...SCALINGS, backup: BACKUP, 'an external Redis': EXTERNAL } as const;

/** The files of values in charts/primes/examples. */
export const EXAMPLES = globSync('*.yaml', { cwd: join(CHART, 'examples') });

/** The output of `helm template` for these values, after those of an example. */
export async function renderText(values: readonly string[] = [], example?: string): Promise<string> {
  const sets = values.flatMap((value) => ['--set', value]);
  const file = example === undefined ? [] : ['--values', join(CHART, 'examples', example)];
  const { ok, output } = await helm('template', 'primes', CHART, '--namespace', 'primes', ...file, ...sets);
  if (!ok) throw new Error(output);
  return output;
}

export async function render(values: readonly string[] = []): Promise<Manifest[]> {
  return parseAllDocuments(await renderText(values))
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

export function helm(...args: string[]) {
  return runCommand(['helm', ...args], { timeoutMs: 60_000 });
}
