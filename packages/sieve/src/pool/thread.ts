import { parentPort, workerData } from 'node:worker_threads';
import { createRangeSieve } from './kernel-module.ts';
import { serveRanges } from './serve-ranges.ts';

if (!parentPort) throw new Error('thread.ts is the entry of a worker thread');
serveRanges(parentPort, createRangeSieve(workerData as WebAssembly.Module | undefined));
