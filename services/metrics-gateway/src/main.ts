import { primes } from '@primes/primes';
import { sampleSource } from '@primes/primes/sample';
import { runGateway } from './run-gateway.ts';

await runGateway(primes, sampleSource, process.env);
