import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES, eventually, type ServiceName } from '@primes/testing';
import { CliError } from '../cli-error.ts';
import { run } from '../command.ts';
import { ROOT } from '../project.ts';

/** The task of `helm test` by default. */
const TASK = { input: { n: 10 }, result: [2, 3, 5, 7, 11, 13, 17, 19, 23, 29] };
/** Under QEMU, a service takes tens of seconds to start. */
const START_MS = 300_000;

/**
 * Runs one task from submission to result in the images of the three services, with a Redis beside them.
 *
 * @returns the last line of the test's output
 */
export async function smokeTest(
  imageOf: (service: ServiceName) => string,
  platform?: string,
): Promise<string> {
  await using containers = new AsyncDisposableStack();
  const start = async (args: readonly string[]): Promise<string> => {
    const id = (await run(['docker', 'run', '--detach', ...args], { timeoutMs: START_MS })).trim();
    containers.defer(async () => {
      await run(['docker', 'rm', '--force', id]);
    });
    return id;
  };
  const redis = await start(['redis:7']);
  // All in one network namespace, so that they need neither names nor ports of the host.
  const beside = [
    '--network',
    `container:${redis}`,
    ...(platform === undefined ? [] : ['--platform', platform]),
  ];
  const env = Object.entries({
    REDIS_URL: 'redis://127.0.0.1:6379',
    METRICS_GATEWAY_URL: 'http://127.0.0.1:8002',
    IDEMPOTENCY_SECRET: 'x'.repeat(32),
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const services: string[] = [];
  for (const service of SERVICES) services.push(await start([...beside, ...env, imageOf(service)]));

  const folder = await mkdtemp(join(tmpdir(), 'primes-smoke-'));
  containers.defer(() => rm(folder, { recursive: true }));
  // The copy in the container has the same mode, and another owner reads it.
  await chmod(folder, 0o755);
  await copyFile(join(ROOT, 'charts/primes/files/smoke-test.mjs'), join(folder, 'smoke-test.mjs'));
  await writeFile(join(folder, 'task.json'), JSON.stringify(TASK));
  const test = [...beside, '--env', 'API_URL=http://127.0.0.1:8000', imageOf('api'), '/test/smoke-test.mjs'];
  const id = (await run(['docker', 'create', ...test])).trim();
  containers.defer(async () => {
    await run(['docker', 'rm', '--force', id]);
  });
  // Copied, because the engine can be on another machine.
  await run(['docker', 'cp', `${folder}/.`, `${id}:/test`]);
  const output = await eventually(
    async () =>
      (await allRun(services)) ? run(['docker', 'start', '--attach', id], { timeoutMs: START_MS }) : '',
    { timeoutMs: START_MS, intervalMs: 1_000 },
  );
  if (output === '') {
    const logs = await Promise.all(services.map((each) => run(['docker', 'logs', each])));
    throw new CliError(`A service has ended:\n${logs.join('')}`);
  }
  return output.trim().split('\n').at(-1) ?? '';
}

async function allRun(containers: readonly string[]): Promise<boolean> {
  return !(await run(['docker', 'inspect', '--format', '{{.State.Running}}', ...containers])).includes(
    'false',
  );
}
