// A client inside the cluster that uses the Service without a port-forward. It sends at least REQUESTS requests, until
// only VERSION answers, then prints its results as one line of JSON.
import { setTimeout as delay } from 'node:timers/promises';

const { API_URL, REQUESTS, VERSION } = process.env;
const CLIENTS = 4;
const PAUSE_MS = 40;
/** Consecutive answers of the new version after which no old pod is assumed to answer. */
const SETTLED = 60;
const GIVE_UP_MS = 240_000;
const SIZES = [1_000, 100_000, 1_000_000, 10_000_000];

const report = { requests: 0, failures: [], versions: {}, tasks: [] };
const start = Date.now();
let inARow = 0;

async function ask(path, options) {
  report.requests += 1;
  try {
    const response = await fetch(`${API_URL}${path}`, { ...options, signal: AbortSignal.timeout(10_000) });
    const body = await response.json();
    if (response.ok) return body;
    report.failures.push(`${path}: ${response.status}`);
  } catch (error) {
    report.failures.push(`${path}: ${error.message}: ${error.cause?.message ?? ''}`);
  }
  return undefined;
}

async function client() {
  for (let turn = 0; !isOver(); turn++) {
    const n = SIZES[turn % SIZES.length];
    // Every second task has a field that the jobs of a next version need; it never applies.
    const body = JSON.stringify(turn % 2 === 0 ? { n } : { n, queue_timeout_seconds: 3_600 });
    const task = await ask('/tasks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    if (task) {
      report.tasks.push(task.request_id);
      await ask(`/tasks/${task.request_id}?limit=0`);
    }
    const about = await ask('/');
    if (about) {
      report.versions[about.version] = (report.versions[about.version] ?? 0) + 1;
      inARow = about.version === VERSION ? inARow + 1 : 0;
    }
    await delay(PAUSE_MS);
  }
}

function isOver() {
  if (Date.now() - start > GIVE_UP_MS) return true;
  return report.requests >= Number(REQUESTS) && inARow >= SETTLED;
}

await Promise.all(Array.from({ length: CLIENTS }, client));
console.log(JSON.stringify(report));
