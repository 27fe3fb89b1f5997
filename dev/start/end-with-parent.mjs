// Preloaded into the services that `npm start` runs: if `npm start` is killed, the IPC channel closes and the service
// stops as on SIGTERM. Without this the services would keep running and hold their ports.
import { isMainThread } from 'node:worker_threads';

// Preloads run in every thread of the process.
if (isMainThread && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel must not keep the process alive.
  process.channel.unref();
}
