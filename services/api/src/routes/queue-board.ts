import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import type { Express } from 'express';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The application of bull-board, to be mounted at `path`. */
export function queueBoard(queues: readonly Queue[], path: string): Express {
  const serverAdapter = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter,
    // In the bundle, it cannot find its page itself.
    options: { uiBasePath: dirname(resolve('@bull-board/ui/package.json')) },
  });
  // It is an Express application of its own, which would send X-Powered-By.
  return (serverAdapter.getRouter() as Express).disable('x-powered-by');
}
