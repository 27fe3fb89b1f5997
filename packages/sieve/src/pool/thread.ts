import { parentPort } from 'node:worker_threads';
import { serveRanges } from './serve-ranges.ts';

if (!parentPort) throw new Error('thread.ts is the entry of a worker thread');
serveRanges(parentPort);
