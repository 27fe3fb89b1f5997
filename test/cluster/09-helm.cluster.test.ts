import { beforeAll, describe, expect, it } from '@jest/globals';
import { NTH_PRIME, eventually } from '@primes/testing';
import { figure } from './figures.ts';
import { CHART, QUICK, RELEASE, helm, install, type Values } from './helm.ts';
import { get, kubectl, list } from './kubectl.ts';
import { openSystem } from './system.ts';

/** What a namespace has of its own accord. */
const NATIVE = ['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default'];

const CONTRADICTIONS: readonly (readonly [complaint: string, values: Values])[] = [
  ['terminationGracePeriodSeconds is 5', { worker: { terminationGracePeriodSeconds: 5 } }],
  ['KEDA refuses external-push for Jobs', { worker: { kind: 'ScaledJob' } }],
  ['two autoscalers on one Deployment', { worker: { autoscaling: { enabled: true } } }],
  ['scaling.target is 7 and', { scaling: { target: 7 } }],
  ['needs redis.queue.persistence.enabled', { redis: { queue: { persistence: { enabled: false } } } }],
  ["additional properties 'workers' not allowed", { workers: { replicas: 1 } }],
];

describe('the manifests', () => {
  it("are valid by the API server's own schema", async () => {
    const manifests = await helm(['template', RELEASE, CHART]);
    const answer = await kubectl(['apply', '--dry-run=server', '--filename', '-'], { input: manifests });
    figure('objects that the API server accepts in a dry run', String(answer.trim().split('\n').length));
  });

  it.each(CONTRADICTIONS)('are refused: %s', async (complaint, values) => {
    const render = helm(['template', RELEASE, CHART, '--values', '-'], { input: JSON.stringify(values) });
    await expect(render).rejects.toThrow(complaint);
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
  it('leaves nothing but the volumes', async () => {
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
    // Objects without the release's labels would be missed by the selector.
    const secrets = await list(
      'secrets,deployments,statefulsets,jobs,services,networkpolicies,scaledobjects',
    );
    expect(secrets.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
    figure('left after `helm uninstall`', "the queue's volume");
  });
});
