import { echo } from '@primes/testing/echo';
import { runGateway } from '../../../services/metrics-gateway/src/run-gateway.ts';

await runGateway(echo, undefined, process.env);
