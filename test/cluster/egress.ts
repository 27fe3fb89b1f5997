import type { Redis } from 'ioredis';
import { RELEASE } from './helm.ts';
import { get, kubectl } from './kubectl.ts';

/** Where the pods of a component may connect to: the rules of its NetworkPolicy. */
export async function egressOf(component: string): Promise<unknown> {
  const policy = (await get('networkpolicy', `${RELEASE}-${component}`)) as unknown as {
    spec: { egress: unknown };
  };
  return policy.spec.egress;
}

export async function setEgress(component: string, rules: unknown): Promise<void> {
  const patch = JSON.stringify([{ op: 'replace', path: '/spec/egress', value: rules }]);
  await kubectl(['patch', 'networkpolicy', `${RELEASE}-${component}`, '--type=json', '--patch', patch]);
}

/** Closes the connections of a component to Redis: a policy applies to new ones. */
export async function closeConnections(redis: Redis, component: string): Promise<void> {
  const clients = String(await redis.client('LIST'));
  for (const [, id = ''] of clients.matchAll(new RegExp(String.raw`^id=(\d+) .* name=${component}`, 'gm')))
    await redis.client('KILL', 'ID', id);
}
