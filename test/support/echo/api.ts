import { echo } from '@primes/testing/echo';
import { runApi } from '../../../services/api/src/run-api.ts';

await runApi(echo, undefined, process.env);
