import { primes } from '@primes/primes';
import { resultReader } from '@primes/primes/result';
import { runApi } from './run-api.ts';

await runApi(primes, resultReader, process.env);
