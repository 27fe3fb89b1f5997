// Clients inside the cluster that use the Service without a port-forward, as careful clients do: each submission has an
// Idempotency-Key, what was answered 503 is repeated, and a task is followed to its result. Until the pod is deleted,
// each line of the log is JSON: a completed turn of a client, or a request that failed.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const { API_URL, INPUTS } = process.env;
const CLIENTS = 6;
const PAUSE_MS = 40;
/** Each submission is repeated after this many turns of its client: its key still names the same task. */
const REPLAY_AFTER = 5;
/** As `Input` in ../clients.ts. */
const inputs = JSON.parse(INPUTS);

const log = (line) => console.log(JSON.stringify({ at: Date.now(), ...line }));

/** Sends a request until it succeeds. */
async function ask(path, options = {}) {
  const request = `${options.method ?? 'GET'} ${path.replace(/[0-9a-f-]{36}/, ':id')}`;
  for (;;) {
    const sent = Date.now();
    try {
      const response = await fetch(`${API_URL}${path}`, { ...options, signal: AbortSignal.timeout(30_000) });
      const body = await response.json();
      if (response.ok) return body;
      const retryAfter = response.headers.get('retry-after');
      log({ request, sent, status: response.status, type: body.type, retryAfter });
      await delay(Number(retryAfter ?? 1) * 1_000);
    } catch (error) {
      log({ request, sent, error: `${error.message}: ${error.cause?.message ?? ''}` });
      await delay(1_000);
    }
  }
}

function submit({ body, key }) {
  return ask('/tasks', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(body),
  });
}

async function ended(id) {
  for (;;) {
    const task = await ask(`/tasks/${id}?wait=5&limit=0`);
    if (!['pending', 'processing'].includes(task.status)) return task.status;
  }
}

async function client(_, index) {
  const earlier = [];
  for (let turn = index; ; turn++) {
    const { body, last } = inputs[turn % inputs.length];
    const submission = { body, key: randomUUID() };
    const { request_id: id } = await submit(submission);
    const accepted = Date.now();
    earlier.push({ ...submission, id });
    const status = await ended(id);
    const { result } = await ask(`/tasks/${id}?offset=${body.n - 1}&limit=1`);
    const replayed = earlier.length > REPLAY_AFTER ? earlier.shift() : undefined;
    const replay = replayed && (await submit(replayed));
    const { version } = await ask('/');
    log({
      task: id,
      n: body.n,
      webhook: 'callback_url' in body,
      accepted,
      status,
      right: result?.length === 1 && result[0] === last,
      replayed: replay?.request_id === replayed?.id,
      version,
    });
    await delay(PAUSE_MS);
  }
}

await Promise.all(Array.from({ length: CLIENTS }, client));
