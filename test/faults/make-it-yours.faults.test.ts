import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually, git, startService, testRedisUrl, uniquePrefix, type ServiceName } from '@primes/testing';
import { parse } from 'yaml';
import { findOnPath } from '../../dev/on-path.ts';
import { ROOT } from '../../dev/project.ts';

// Builds everything once, and runs suites of the services.
jest.setTimeout(600_000);

const run = promisify(execFile);

/** Suites of each service that take about a minute together. */
const SUITES = [
  'services/api/test/(contract|events|idempotency|wait|webhooks)',
  'services/worker/test/(cancel|idle-exit|progress|retries)',
  'services/metrics-gateway/test/(metrics-api|scaler)\\.',
];

/** Files that `npm install` and `npm run generate` write. */
const WRITTEN_BY_TOOLS = [
  'charts/observability/files/dashboards/queue-and-autoscaling.json',
  'charts/observability/files/dashboards/redis-metrics.json',
  'charts/observability/files/rules.yaml',
  'charts/primes/README.md',
  'charts/primes/values.schema.json',
  'docs/configuration.md',
  'docs/dashboards/api-overview.svg',
  'package-lock.json',
  'packages/client/src/generated/openapi.ts',
  'services/api/openapi.yaml',
];

const page = await readFile(join(ROOT, 'docs', 'make-it-yours.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm)].map(
  ([, language = '', file, text = '']) => ({ language, file, text }),
);

describe('docs/make-it-yours.md', () => {
  it('turns a clone into a service for another job', async () => {
    await using clone = await cloneRepository();
    const { root } = clone;
    for (const { language, file, text } of blocks) {
      if (file !== undefined) await write(join(root, file), text);
      else if (language === 'sh') await run('sh', ['-ec', text], { cwd: root, env: clone.env });
    }

    const changed = (await git('-C', root, 'diff', '--name-only', '--diff-filter=M', 'HEAD')).split('\n');
    const edited = changed.filter((file) => !WRITTEN_BY_TOOLS.includes(file));
    expect(edited.length).toBeLessThanOrEqual(11);
    const lines = blocks.filter(({ file = '' }) => file.startsWith('packages/word-count/'));
    expect(
      lines
        .map(({ text }) => text)
        .join('')
        .split('\n').length,
    ).toBeLessThanOrEqual(80);
    const document = parse(await readFile(join(root, 'services/api/openapi.yaml'), 'utf8')) as object;
    expect(document).toMatchObject({ info: { title: 'Word count' } });
    await run('npm', ['run', 'generate:check'], { cwd: root, env: clone.env });

    expect(await countWords(root, 'to be or not to be')).toEqual({ words: 6, longest: 'not' });
    await run('npm', ['run', 'test:int', '--', '--testPathPatterns', ...SUITES], {
      cwd: root,
      env: clone.env,
    });

    const monitored = globSync('charts/observability/files/**/*.{json,yaml}', { cwd: root })
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    expect(monitored.match(/word_count_queue_demand/g)?.length).toBeGreaterThan(3);
    expect(wordsOfPrimes(monitored)).toEqual([]);
    if (await findOnPath('helm')) {
      const chart = join(root, 'charts/primes');
      const prometheus = ['--set=scaling.trigger=prometheus,scaling.prometheusAddress=http://vm:8428'];
      for (const [query, values] of [
        ['"bull:word-count:wait"', []],
        ['max(word_count_queue_demand{', prometheus],
      ] as const) {
        const { stdout } = await run('helm', ['template', 'word-count', chart, ...values]);
        expect(stdout).toContain(query);
        expect(wordsOfPrimes(stdout)).toEqual([]);
      }
    } else process.stdout.write('The chart is not rendered: helm is not installed\n');
  });
});

/** The lines with words of the primes job, except for the project's name in images, a label and sources. */
function wordsOfPrimes(text: string): string[] {
  return text
    .replaceAll(/primes-(api|worker|metrics-gateway):|primes-client|^# Source: primes.*$|urn:primes:/gm, '')
    .split('\n')
    .filter((line) => /prime|sieve|segment|store|MAX_N|LEASE_MS/i.test(line));
}

/** Submits a text to the three built services, and returns the result. */
async function countWords(root: string, text: string): Promise<unknown> {
  await using services = new AsyncDisposableStack();
  const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: uniquePrefix() };
  const start = async (service: ServiceName, more: Record<string, string> = {}) =>
    services.use(await startService(service, { ...env, ...more }, { program: 'built', root }));
  const gateway = await start('metrics-gateway');
  const [api] = await Promise.all([start('api', { METRICS_GATEWAY_URL: gateway.url }), start('worker')]);
  const submitted = await fetch(`${api.url}/tasks`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  expect(submitted.status).toBe(202);
  const { request_id: id } = (await submitted.json()) as { request_id: string };
  const task = await fetch(`${api.url}/tasks/${id}?wait=30`);
  // The summary shows the gateway's last sample, which can be older than the end of the task.
  await eventually(async () => {
    const summary = await fetch(`${api.url}/api/metrics/summary`);
    expect(await summary.json()).toMatchObject({ active_tasks: 0, queued_tasks: 0 });
  });
  expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('word_count_queue_jobs');
  return ((await task.json()) as { result: unknown }).result;
}

/** A clone of HEAD with hard links to the installed dependencies, so that npm needs no network. */
async function cloneRepository() {
  await using cloning = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'make-it-yours-'));
  cloning.defer(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'primes');
  await git('clone', '--quiet', '--shared', ROOT, root);
  const modules = join(root, 'node_modules');
  await run('cp', ['-RPl', join(ROOT, 'node_modules'), modules]);
  // npm and the tools write these in place, which would change the originals.
  await rm(join(modules, '.cache'), { recursive: true, force: true });
  await rm(join(modules, '.package-lock.json'));
  await copyFile(join(ROOT, 'node_modules', '.package-lock.json'), join(modules, '.package-lock.json'));
  const env = {
    PATH: [join(modules, '.bin'), process.env['PATH']].join(delimiter),
    HOME: process.env['HOME'],
    npm_config_offline: 'true',
    npm_config_ignore_scripts: 'true',
  };
  const kept = cloning.move();
  return { root, env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
