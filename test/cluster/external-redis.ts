import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificate, eventually } from '@primes/testing';
import { parse } from 'yaml';
import { exampleValues, merge, type Values } from './helm.ts';
import { NAMESPACE, apply, kubectl } from './kubectl.ts';

const MANIFESTS = join(import.meta.dirname, 'manifests', 'external-redis.yaml');
/** Characters that differ between encodings. */
const PASSWORDS = { 'redis-password': 'a/b+c=:@%?#', 'sentinel-password': 'another/+=:@%?#' };
const NAMES = ['redis', 'sentinel', 'cluster'] as const;
const ORDINALS = [0, 1, 2];
const PATIENCE = { timeoutMs: 60_000, intervalMs: 200 };

type Kind = 'sentinel' | 'cluster';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Values of a release that uses it: those of charts/primes/examples/sentinel.yaml, with the addresses of this namespace. */
export async function externalRedisValues(kind: Kind): Promise<Values> {
  const port = kind === 'sentinel' ? 26_379 : 6_379;
  const addresses = ORDINALS.map((i) => `${kind}-${i}.${kind}.${NAMESPACE}.svc:${port}`).join(',');
  const url = `rediss+${kind}://${addresses}${kind === 'sentinel' ? '/mymaster/0' : ''}`;
  const peers = { redis: [{ podSelector: { matchLabels: { 'external-redis': 'true' } } }] };
  return merge(await exampleValues('sentinel.yaml'), {
    redis: {
      queue: { url },
      clientCertificateSecret: { name: 'redis-tls' },
      ...(kind === 'cluster' && { sentinel: { passwordSecret: { name: '' } } }),
    },
    networkPolicy: { peers },
  });
}

/** Starts three servers and three Sentinels, or a Cluster of three nodes, with their Secrets in the namespace of the suite. */
export async function startExternalRedis(kind: Kind): Promise<void> {
  const names = NAMES.map((name) => `DNS:*.${name}.${NAMESPACE}.svc`);
  await using certificate = await createCertificate(names.join(','));
  const [crt, key] = await Promise.all(
    [certificate.certFile, certificate.keyFile].map((file) => readFile(file, 'utf8')),
  );
  const secret = (name: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    stringData,
  });
  await apply(
    secret('redis', PASSWORDS),
    secret('redis-ca', { 'ca.crt': certificate.ca }),
    secret('redis-tls', { 'ca.crt': certificate.ca, 'tls.crt': crt, 'tls.key': key }),
  );
  // Merge keys are YAML 1.1, which kubectl also reads.
  const { items } = parse(await readFile(MANIFESTS, 'utf8'), { merge: true }) as { items: Manifest[] };
  const sets = kind === 'sentinel' ? ['redis', 'sentinel'] : ['cluster'];
  const wanted = items.filter((item) => item.kind !== 'StatefulSet' || sets.includes(item.metadata.name));
  await apply(...wanted);
  for (const set of sets)
    await kubectl(['rollout', 'status', `statefulset/${set}`, '--timeout=120s'], { timeoutMs: 130_000 });
  if (kind === 'cluster') await createCluster();
}

export async function removeExternalRedis(): Promise<void> {
  await kubectl(['delete', 'statefulsets,services', ...NAMES, '--ignore-not-found']);
}

async function createCluster(): Promise<void> {
  const pods = ['get', 'pods', '--selector', 'app=cluster', '--output', 'jsonpath={.items[*].status.podIP}'];
  const addresses = (await kubectl(pods)).split(' ').map((ip) => `${ip}:6379`);
  await cli('cluster-0', '--cluster', 'create', ...addresses, '--cluster-yes');
  await eventually(async () => {
    const info = await cli('cluster-0', 'cluster', 'info');
    if (!info.includes('cluster_state:ok')) throw new Error(info);
  }, PATIENCE);
}

/** Runs redis-cli in a pod, against the server in it. */
export function cli(pod: string, ...args: readonly string[]): Promise<string> {
  const port = pod.startsWith('sentinel') ? '26379' : '6379';
  return kubectl(['exec', pod, '--', 'sh', '/config/cli.sh', '127.0.0.1', port, ...args]);
}

/** The pod of the server that the Sentinels name, once it is a primary with both replicas. */
export async function primaryWithReplicas(): Promise<string> {
  return eventually(async () => {
    const pod = await primaryPod();
    const info = await cli(pod, 'info', 'replication');
    if (!/slave0:.*state=online[^]*slave1:.*state=online/.test(info)) throw new Error(info);
    const [replicas] = /num-slaves\n\d+/.exec(await cli('sentinel-0', 'sentinel', 'masters')) ?? [];
    if (replicas !== 'num-slaves\n2') throw new Error(replicas);
    return pod;
  }, PATIENCE);
}

/** Waits until the Sentinels name another server than this one, and it is a primary. */
export async function replaced(pod: string): Promise<void> {
  await eventually(async () => {
    const now = await primaryPod();
    const [role] = now === pod ? [] : (await cli(now, 'role')).split('\n');
    if (role !== 'master') throw new Error(`The primary is ${now}, with the role ${role ?? ''}`);
  }, PATIENCE);
}

async function primaryPod(): Promise<string> {
  const address = await cli('sentinel-0', 'sentinel', 'get-master-addr-by-name', 'mymaster');
  return address.split('.')[0] ?? '';
}
