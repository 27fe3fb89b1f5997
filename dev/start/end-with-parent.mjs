// Preloaded into the services that `npm start` runs: if it is killed, its end of the channel closes, and
// the service stops as on SIGTERM. Without this they would go on and keep the ports.
import { isMainThread } from 'node:worker_threads';

// Preloads run in every thread of the process.
if (isMainThread && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // To listen is no reason to stay alive.
  process.channel.unref();
}
