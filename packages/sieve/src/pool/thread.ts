import { parentPort, workerData } from 'node:worker_threads';
import { KernelSieve } from '../kernel-sieve.ts';
import { PlainSieve } from '../range-sieve.ts';
import { serveRanges } from './serve-ranges.ts';

if (!parentPort) throw new Error('thread.ts is the entry of a worker thread');
const kernel = workerData as WebAssembly.Module | undefined;
serveRanges(parentPort, kernel ? new KernelSieve(kernel) : new PlainSieve());
