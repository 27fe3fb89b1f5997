// A minimal Express + BullMQ service, the baseline for the cost of ours.
//   node bench/bare.ts api|worker    REDIS_URL is in the environment
import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';

const { REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const connection = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
const [role] = process.argv.slice(2);

if (role === 'api') {
  const queue = new Queue('bare', { connection });
  const app = express();
  app.post('/tasks', express.json(), async (req, res) => {
    const { n } = req.body as { n: number };
    const { id } = await queue.add('compute', { n }, { jobId: randomUUID() });
    res.status(202).json({ request_id: id });
  });
  const server = app.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify(server.address()));
  });
} else {
  const work = (job: { data: { n: number } }) => Promise.resolve({ count: job.data.n });
  // The default concurrency of our worker.
  const worker = new Worker('bare', work, { connection, concurrency: 4 });
  await worker.waitUntilReady();
  console.log(JSON.stringify({ port: 0 }));
}
