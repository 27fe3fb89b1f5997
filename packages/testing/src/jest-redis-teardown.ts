/** Jest's globalTeardown: stops the Redis that the setup started. */
export default async function teardown(): Promise<void> {
  await globalThis.testRedis?.[Symbol.asyncDispose]();
}
