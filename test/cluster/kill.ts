import { imageOf } from '../../dev/release/images.ts';
import { kubectl } from './kubectl.ts';

const PROGRAM = `
  const { readFileSync, readdirSync } = require('fs');
  for (const pid of readdirSync('/proc').map(Number).filter((id) => id > 0 && id !== process.pid)) {
    if (/services.worker.dist.main/.test(readFileSync('/proc/' + pid + '/cmdline', 'utf8')))
      process.kill(pid, 'SIGKILL');
  }`;

/**
 * Sets whether the containers of a worker's pod share a process namespace. Otherwise a worker is PID 1, and the kernel
 * ignores SIGKILL from inside its namespace.
 */
export async function shareProcesses(yes: boolean): Promise<void> {
  const spec = { shareProcessNamespace: yes || null };
  const patch = JSON.stringify({ spec: { template: { spec } } });
  await kubectl(['patch', 'deployment', 'primes-worker', '--type=strategic', '--patch', patch]);
}

/**
 * Kills a worker as the OOM killer does: by SIGKILL, and its pod stays. Even a forced deletion of the pod sends SIGTERM
 * first. An ephemeral container sends the signal, so the Kubernetes API is enough.
 */
export async function killWorker(pod: string, image = imageOf('api')): Promise<void> {
  const container = ['--image', image, '--container=kill', '--profile=restricted'];
  await kubectl(['debug', pod, '--quiet', ...container, '--', '/nodejs/bin/node', '-e', PROGRAM]);
}
