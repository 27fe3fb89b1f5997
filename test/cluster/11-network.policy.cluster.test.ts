import { beforeAll, describe, expect, it } from '@jest/globals';
import { QUICK, install } from './helm.ts';
import { reachedFrom } from './reach.ts';

const API = 'primes-api:8000';
const OTHERS = [
  'primes-metrics-gateway:8002',
  'primes-metrics-gateway:6000',
  'primes-redis-store:6379',
  'primes-redis-queue:6379',
];

beforeAll(() => install(QUICK));

describe('a pod outside the release', () => {
  it('reaches only the api if it is a client', async () => {
    expect(await reachedFrom({ 'primes-client': 'true' }, [API, ...OTHERS])).toEqual([API]);
  });

  it('reaches nothing otherwise', async () => {
    expect(await reachedFrom({}, [API, ...OTHERS])).toEqual([]);
  });
});
