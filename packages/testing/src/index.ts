export { eventually } from './eventually.ts';
export { freePort } from './free-port.ts';
export { startHttpServer } from './http-server.ts';
export { NTH_PRIME, PRIMES_BELOW_POWER_OF_TEN, primesByTrialDivision } from './known-primes.ts';
export { startSpanReceiver, type SeenSpan } from './span-receiver.ts';
export {
  YOUNG_GENERATION,
  startService,
  type LogLine,
  type ServiceName,
  type ServiceProcess,
} from './service-process.ts';
export { startRedis, testRedisUrl, uniquePrefix, type TestRedis } from './redis.ts';
