import { echo } from '@primes/testing/echo';
import { runner } from '@primes/testing/echo/run';
import { runWorker } from '../../../services/worker/src/run-worker.ts';

await runWorker(echo, runner, process.env);
