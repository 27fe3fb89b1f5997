// Prints which of TARGETS (host:port, comma-separated) accept connections, as one line of JSON. Policies may apply only a
// moment after a pod starts, so it waits until the last target, which should be unreachable, is unreachable.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const targets = process.env.TARGETS.split(',');
const PATIENCE_MS = 20_000;
const CONNECT_MS = 2_000;

function reach(target) {
  const [host, port] = target.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: CONNECT_MS });
    const end = (reached) => {
      socket.destroy();
      resolve(reached);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}

const start = Date.now();
while ((await reach(targets.at(-1))) && Date.now() - start < PATIENCE_MS) await delay(200);
const reached = [];
for (const target of targets) if (await reach(target)) reached.push(target);
console.log(JSON.stringify(reached));
