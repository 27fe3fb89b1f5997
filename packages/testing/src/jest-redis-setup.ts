import { startRedis, type TestRedis } from './redis.ts';

declare global {
  var testRedis: TestRedis | undefined;
}

/** Jest's globalSetup: one real Redis for the whole run, unless TEST_REDIS_URL names one. */
export default async function setup(): Promise<void> {
  if (process.env['TEST_REDIS_URL']) return;
  globalThis.testRedis = await startRedis();
  process.env['TEST_REDIS_URL'] = globalThis.testRedis.url;
}
