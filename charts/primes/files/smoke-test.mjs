// One task from its submission to its result, through whatever there is: api, queue, autoscaler, worker, store.
const { API_URL, TIMEOUT_SECONDS = '120' } = process.env;
const deadline = Date.now() + Number(TIMEOUT_SECONDS) * 1_000;

async function call(path, options) {
  const response = await fetch(new URL(path, API_URL), options);
  const body = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

const { status: health } = await call('/api/metrics/health');
console.log(`the metrics gateway is ${health}`);

const started = Date.now();
let task = await call('/tasks', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ n: 1_000 }),
});
console.log(`task ${task.request_id} is accepted`);
while (task.status === 'pending' || task.status === 'processing') {
  if (Date.now() > deadline) throw new Error(`the task is still ${task.status} after ${TIMEOUT_SECONDS} s`);
  task = await call(`/tasks/${task.request_id}?wait=10`);
}
if (task.status !== 'done') throw new Error(`the task is ${task.status}: ${JSON.stringify(task.error)}`);
if (task.result.length !== 1_000 || task.result[999] !== 7_919) throw new Error('the primes are wrong');
console.log(`the first 1,000 primes after ${Date.now() - started} ms, the last of them ${task.result[999]}`);
