// Prints which of TARGETS (comma-separated) respond, as one line of JSON: host:port accepts connections, dns:address:port
// answers DNS queries. Policies may apply only a moment after a pod starts, so it waits until the last target, which should
// be unreachable, is unreachable.
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const targets = process.env.TARGETS.split(',');
const PATIENCE_MS = 20_000;
const RESPONSE_MS = 2_000;

function reach(target) {
  return target.startsWith('dns:') ? resolves(target.slice('dns:'.length)) : accepts(target);
}

function resolves(server) {
  const resolver = new Resolver({ timeout: RESPONSE_MS, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve4('name.test').then(
    () => true,
    () => false,
  );
}

function accepts(target) {
  const [host, port] = target.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: RESPONSE_MS });
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
