import { readFile } from 'node:fs/promises';
import { startRedis, startTcpProxy } from '@primes/testing';
import { Redis } from 'ioredis';
import { startWholeSystem, type SystemJob } from './whole-system.ts';

async function addUser(url: string, rules: readonly string[]): Promise<void> {
  const redis = new Redis(url);
  await redis.acl('SETUSER', 'primes', 'on', '>pass', ...rules);
  redis.disconnect();
}

/** The ACL rules in the documentation. */
export async function documentedRules(): Promise<string[]> {
  const text = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
  const rules = /ACL SETUSER primes on >PASSWORD (.*)/.exec(text)?.[1];
  if (rules === undefined) throw new Error('The documentation contains no ACL rules');
  return rules.split(' ');
}

/** A whole system that reaches Redis only through a proxy. */
export async function startProxiedSystem(
  env: Record<string, string> = {},
  user?: { readonly rules: readonly string[] },
  job?: SystemJob,
) {
  await using parts = new AsyncDisposableStack();
  const redis = parts.use(await startRedis({ appendonly: true }));
  if (user) await addUser(redis.url, user.rules);
  const proxy = parts.use(await startTcpProxy(redis.port));
  const url = user ? proxy.url.replace('//', '//primes:pass@') : proxy.url;
  const system = parts.use(await startWholeSystem({ REDIS_URL: url, ...env }, job));
  const owned = parts.move();
  return { ...system, redis, proxy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
