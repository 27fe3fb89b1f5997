import { imageOf } from '../../dev/images/build.ts';
import { kubectl } from './kubectl.ts';

const PROGRAM = `
  const { readFileSync, readdirSync } = require('fs');
  for (const pid of readdirSync('/proc').map(Number).filter((id) => id > 0 && id !== process.pid)) {
    if (/services.worker.dist.main/.test(readFileSync('/proc/' + pid + '/cmdline', 'utf8')))
      process.kill(pid, 'SIGKILL');
  }`;

/**
 * Whether the containers of a worker's pod see each other's processes. Where they don't, a worker is PID 1, to which
 * the kernel lets no signal through from inside.
 */
export async function shareProcesses(yes: boolean): Promise<void> {
  const spec = { shareProcessNamespace: yes || null };
  const patch = JSON.stringify({ spec: { template: { spec } } });
  await kubectl(['patch', 'deployment', 'primes-worker', '--type=strategic', '--patch', patch]);
}

/**
 * Kills a worker as a lack of memory does: by SIGKILL, and its pod stays. A pod that is deleted by force is told by
 * SIGTERM even so. The killer is a container that joins the pod, so no more is needed than the API.
 */
export async function killWorker(pod: string): Promise<void> {
  const container = ['--image', await imageOf('api'), '--container=kill', '--profile=restricted'];
  await kubectl(['debug', pod, '--quiet', ...container, '--', '/nodejs/bin/node', '-e', PROGRAM]);
}
