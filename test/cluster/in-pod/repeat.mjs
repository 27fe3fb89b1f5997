// A client that repeats its submissions, and the receiver of their webhooks. It prints a line of JSON for each task, each
// failure and each delivery, until it is stopped.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const { API_URL, CALLBACK_URL } = process.env;
const CLIENTS = 2;
const PAUSE_MS = 250;
/** Every fourth task has a webhook. */
const WEBHOOK_EVERY = 4;

const tasks = [];
const print = (event) => console.log(JSON.stringify(event));

/** Submits a task, or the same one again. Returns its id. */
async function submit({ key, body }) {
  try {
    const response = await fetch(`${API_URL}/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    const task = await response.json();
    if (response.ok) return task.request_id;
    print({ failure: `${response.status} ${task.detail}` });
  } catch (error) {
    print({ failure: `${error.message}: ${error.cause?.message ?? ''}` });
  }
  return undefined;
}

async function client() {
  for (;;) {
    const callback_url = tasks.length % WEBHOOK_EVERY === 0 ? CALLBACK_URL : undefined;
    const submission = { key: randomUUID(), body: JSON.stringify({ n: 1_000, callback_url }) };
    const id = await submit(submission);
    if (id !== undefined) {
      tasks.push({ ...submission, id });
      print({ task: id, webhook: callback_url !== undefined });
    }
    // At once, perhaps to another api, and long after the first time.
    for (const task of [tasks.at(-1), tasks[Math.floor(Math.random() * tasks.length)]]) {
      const again = task && (await submit(task));
      if (again && again !== task.id) print({ twice: task.id, time: Date.now() });
    }
    await delay(PAUSE_MS);
  }
}

createServer(async (req, res) => {
  const body = await text(req);
  res.writeHead(204).end();
  print({ delivery: { body, headers: req.headers } });
}).listen(8_080);
for (let i = 0; i < CLIENTS; i++) void client();

process.on('SIGTERM', () => process.exit());
