export { eventually } from './eventually.ts';
export { freePort } from './free-port.ts';
export { NTH_PRIME, PRIMES_BELOW_POWER_OF_TEN, primesByTrialDivision } from './known-primes.ts';
export { startRedis, testRedisUrl, uniquePrefix, type TestRedis } from './redis.ts';
