import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { EXAMPLES } from '../charts/render.ts';
import { addMissingKinds } from './custom-resources.ts';
import { figure } from './figures.ts';
import { CHART, QUICK, RELEASE, helm, install, type Values } from './helm.ts';
import { get, kubectl, list } from './kubectl.ts';
import { openSystem } from './system.ts';

/** Objects that Kubernetes creates in every namespace. */
const NATIVE = ['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default'];

const CONTRADICTIONS: readonly (readonly [message: string, values: Values])[] = [
  ['terminationGracePeriodSeconds is 5', { worker: { terminationGracePeriodSeconds: 5 } }],
  ['KEDA does not support external-push for Jobs', { worker: { kind: 'ScaledJob' } }],
  ['two autoscalers for one Deployment', { worker: { autoscaling: { enabled: true } } }],
  ['scaling.target is 7 tasks for each pod', { scaling: { target: 7 } }],
  ['needs redis.queue.persistence.enabled', { redis: { queue: { persistence: { enabled: false } } } }],
  ["additional properties 'workers' not allowed", { workers: { replicas: 1 } }],
];

describe('the manifests', () => {
  let kinds: AsyncDisposable;
  beforeAll(async () => {
    kinds = await addMissingKinds();
  });
  afterAll(async () => {
    await kinds[Symbol.asyncDispose]();
  });

  it.each([undefined, ...EXAMPLES])(
    'are accepted by the API server in a dry run, with the example %s',
    async (example) => {
      const values = example === undefined ? [] : ['--values', join(CHART, 'examples', example)];
      const manifests = await helm(['template', RELEASE, CHART, ...values]);
      const accepted = await kubectl(['apply', '--dry-run=server', '--filename', '-'], { input: manifests });
      const objects = accepted.trim().split('\n').length;
      figure(
        `objects accepted by the API server in a dry run, ${example ?? 'default values'}`,
        String(objects),
      );
    },
  );

  it.each(CONTRADICTIONS)('are rejected: %s', async (message, values) => {
    const render = helm(['template', RELEASE, CHART, '--values', '-'], { input: JSON.stringify(values) });
    await expect(render).rejects.toThrow(message);
  });
});

describe('helm upgrade', () => {
  beforeAll(() => install(QUICK));

  it('keeps the secrets and the data', async () => {
    const before = await get('secret', 'primes');
    const task = await (async () => {
      await using system = await openSystem();
      const submitted = await system.submit({ n: 100_000 });
      expect((await system.ended(submitted)).status).toBe('done');
      return submitted;
    })();
    await install(QUICK, { api: { replicas: 1 }, config: { common: { LOG_LEVEL: 'debug' } } });
    expect((await get('secret', 'primes')).data).toEqual(before.data);
    await using system = await openSystem();
    const { status, result } = await system.view(task.request_id, 'offset=99999');
    expect({ status, result }).toEqual({ status: 'done', result: [NTH_PRIME.get(100_000)] });
  });
});

describe('helm uninstall', () => {
  it('leaves only the volumes', async () => {
    await install(QUICK);
    await helm(['uninstall', RELEASE, '--wait', '--timeout', '3m'], { timeoutMs: 200_000 });
    const kinds = (await kubectl(['api-resources', '--namespaced', '--verbs=list', '--output=name']))
      .trim()
      .split('\n')
      .filter((kind) => !/^events|^leases|\.metrics\.k8s\.io$/.test(kind));
    await eventually(
      async () => {
        const left = (await list(kinds.join(','), 'app.kubernetes.io/instance=primes'))
          .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
          .filter((name) => !NATIVE.includes(name));
        expect(left).toEqual(['PersistentVolumeClaim/data-primes-redis-queue-0']);
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    // The selector would miss objects without the release's labels.
    const secrets = await list(
      'secrets,deployments,statefulsets,jobs,services,networkpolicies,scaledobjects',
    );
    expect(secrets.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
    figure('left after `helm uninstall`', "the queue's volume");
  });
});
