// Runs one task from submission to result, through api, queue, autoscaler and worker.
import { isDeepStrictEqual } from 'node:util';
import task from './task.json' with { type: 'json' };

const { API_URL, API_KEY, TIMEOUT_SECONDS = '120' } = process.env;
/** Only with authentication. */
const credentials = API_KEY ? { Authorization: `Bearer ${API_KEY}` } : {};
const started = Date.now();

async function call(path, { headers, ...options } = {}) {
  const response = await fetch(new URL(path, API_URL), {
    ...options,
    headers: { ...credentials, ...headers },
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

const { status: health } = await call('/api/metrics/health');
console.log(`metrics gateway: ${health}`);

let view = await call('/tasks', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(task.input),
});
console.log(`task ${view.request_id} accepted`);
while (view.status === 'pending' || view.status === 'processing') {
  if (Date.now() > started + TIMEOUT_SECONDS * 1_000)
    throw new Error(`the task is still ${view.status} after ${TIMEOUT_SECONDS} s`);
  view = await call(`/tasks/${view.request_id}?wait=10`);
}
if (view.status !== 'done') throw new Error(`the task is ${view.status}: ${JSON.stringify(view.error)}`);
const result = JSON.stringify(view.result);
if (task.result && !isDeepStrictEqual(view.result, task.result))
  throw new Error(`expected ${JSON.stringify(task.result)}, received ${result}`);
console.log(`task done after ${Date.now() - started} ms: ${result}`);
