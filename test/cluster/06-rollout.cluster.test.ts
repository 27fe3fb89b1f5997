import { beforeAll, describe, expect, it } from '@jest/globals';
import { JOB_VERSION } from '@primes/contracts';
import { VERSION } from '../../dev/generate/version.ts';
import { imageOf } from '../../dev/release/images.ts';
import { provide } from '../images/provide.ts';
import { figure } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { apply, kubectl } from './kubectl.ts';
import { podOfProgram, resultOf } from './pods.ts';
import { run } from '../../dev/command.ts';
import { openSystem } from './system.ts';
import { podsOf } from './workers.ts';

const REQUESTS = 500;
const NEXT = '99.0.0';

interface Report {
  readonly requests: number;
  readonly failures: readonly string[];
  /** Number of responses by version of the api. */
  readonly versions: Readonly<Record<string, number>>;
  readonly tasks: readonly string[];
}

/**
 * The image of a service in a next release: the same except for its version, and for that of the jobs with
 * `queue_timeout_seconds`, which only the next worker can run.
 */
async function nextImage(service: 'api' | 'worker'): Promise<void> {
  const edits = [
    [`"version": "${VERSION}"`, `"version": "${NEXT}"`],
    [`var JOB_VERSION = ${JOB_VERSION};`, `var JOB_VERSION = ${JOB_VERSION + 1};`],
    ['[FIRST_JOB_VERSION, JOB_VERSION]', '[FIRST_JOB_VERSION, JOB_VERSION - 1, JOB_VERSION]'],
  ];
  const write = `const { readFileSync, readdirSync, writeFileSync } = require('fs');
    process.chdir('/app/services/${service}/dist');
    const files = readdirSync('.').filter((file) => /\\.js(on)?$/.test(file));
    for (const [from, to] of ${JSON.stringify(edits)}) {
      const edited = files.filter((file) => readFileSync(file, 'utf8').includes(from));
      if (edited.length !== 1) throw new Error('Expected ' + from + ' in one file, but found ' + edited);
      writeFileSync(edited[0], readFileSync(edited[0], 'utf8').replace(from, to));
    }`;
  const lines = [
    `FROM ${imageOf(service)}`,
    'USER 0',
    `RUN ${JSON.stringify(['/nodejs/bin/node', '-e', write])}`,
    'USER 65532:65532',
  ];
  const image = `primes-${service}:${NEXT}`;
  await run(['docker', 'build', '--tag', image, '-'], { input: lines.join('\n'), timeoutMs: 120_000 });
  await provide([image]);
}

describe('a rolling update of api and worker', () => {
  beforeAll(() => install(QUICK));

  it(`loses none of ${REQUESTS} requests and no task, with both versions and their jobs side by side`, async () => {
    await nextImage('api');
    await nextImage('worker');
    const pod = await podOfProgram({
      name: 'load',
      labels: { 'primes-client': 'true' },
      env: [
        { name: 'API_URL', value: 'http://primes-api:8000' },
        { name: 'REQUESTS', value: String(REQUESTS) },
        { name: 'VERSION', value: NEXT },
      ],
    });
    await kubectl(['delete', 'pod', 'load', '--ignore-not-found']);
    await apply({ apiVersion: 'v1', kind: 'Pod', ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } });
    await kubectl(['wait', 'pod/load', '--for=condition=Ready', '--timeout=60s'], { timeoutMs: 70_000 });
    await install(QUICK, { api: { image: { tag: NEXT } }, worker: { image: { tag: NEXT } } });
    const { requests, failures, versions, tasks } = (await resultOf('load', 240)) as Report;

    await using system = await openSystem();
    const lost: string[] = [];
    let newer = 0;
    for (const id of tasks) {
      const { status } = await system.ended({ request_id: id });
      if (status !== 'done') lost.push(`${id}: ${status}`);
      const { data } = await system.job({ request_id: id });
      if (data.version === JOB_VERSION + 1) newer += 1;
    }
    const responses = Object.entries(versions).map(([version, count]) => `${count} by ${version}`);
    figure(
      'rolling update',
      `${requests} requests, ${failures.length} failed; ${tasks.length} tasks, ${newer} of the next job version, ${lost.length} lost; GET / answered ${responses.join(', ')}`,
    );
    expect(failures).toEqual([]);
    expect(lost).toEqual([]);
    expect(Object.keys(versions)).toHaveLength(2);
    expect(newer).toBeGreaterThan(0);

    const after = await system.submit({ n: 1_000 });
    await system.ended(after);
    const [worker = ''] = await podsOf(after);
    const image = ['--output', 'jsonpath={.spec.containers[0].image}'];
    expect(await kubectl(['get', 'pod', worker, ...image])).toBe(`primes-worker:${NEXT}`);
  });
});
