import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QUICK, exampleValues, install } from './helm.ts';
import { kubectl } from './kubectl.ts';
import { makeNamespace } from './namespace.ts';
import { openSystem } from './system.ts';

/** As OpenShift sets them in every pod, from the range of the namespace. The group stays that of the image. */
const ASSIGNED = { runAsUser: 1_000_660_000, fsGroup: 1_000_660_000 };

describe('the values for OpenShift, with a user that the cluster assigns', () => {
  beforeAll(async () => {
    // The files on the volume of the queue belong to another user.
    await makeNamespace();
    const openshift = await exampleValues('openshift.yaml');
    // KEDA is in its default namespace.
    const here = { scaling: { kedaNamespace: 'keda' }, pods: { securityContext: ASSIGNED } };
    await install(QUICK, openshift, here);
  });
  afterAll(() => makeNamespace());

  it('run a task under Pod Security `restricted`', async () => {
    await using system = await openSystem();
    const task = await system.submit({ n: 1_000 });
    expect((await system.ended(task, 120_000)).status).toBe('done');
    const path = 'jsonpath={.items[*].spec.securityContext}';
    const contexts = await kubectl([
      'get',
      'pods',
      '--selector=app.kubernetes.io/instance=primes',
      '--output',
      path,
    ]);
    const users = [...contexts.matchAll(/"runAsUser":(\d+)/g)].map(([, user]) => Number(user));
    expect(users.length).toBeGreaterThanOrEqual(5);
    expect(new Set(users)).toEqual(new Set([ASSIGNED.runAsUser]));
  });
});
