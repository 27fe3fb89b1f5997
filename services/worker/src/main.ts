import { primes } from '@primes/primes';
import { runner } from '@primes/primes/run';
import { runWorker } from './run-worker.ts';

await runWorker(primes, runner, process.env);
