import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freePort } from '@primes/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const PORTS = ['API_PORT', 'WORKER_PORT', 'GATEWAY_PORT', 'SCALER_PORT', 'REDIS_PORT'] as const;

let dataDir: string;
let env: Record<(typeof PORTS)[number] | 'DATA_DIR', string>;
const started: ChildProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'primes-start-'));
  const ports = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())]));
  env = { ...Object.fromEntries(ports), DATA_DIR: dataDir };
});

afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  const running = started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(running.map((child) => once(child, 'exit')));
  await rm(dataDir, { recursive: true, force: true });
});

/** What npm's script runs; its own process group, as under a terminal. */
function npmStart(change: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['dev/bootstrap.mjs', 'start'], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', REDIS_URL: '', ...env, ...change },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exit = once(child, 'exit');
  return {
    child,
    output: () => output,
    async ready() {
      await eventually(
        () => {
          if (child.exitCode !== null) return;
          expect(output).toContain('Ctrl-C stops everything');
        },
        { timeoutMs: 60_000 },
      );
      expect(output).toContain('Ctrl-C stops everything');
    },
    async exitCode() {
      await exit;
      return child.exitCode;
    },
  };
}

async function answers(port: string): Promise<boolean> {
  const socket = connect(Number(port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function expectNothingLeft(): Promise<void> {
  const open = [];
  for (const name of PORTS) if (await answers(env[name])) open.push(name);
  expect(open).toEqual([]);
}

const api = () => `http://127.0.0.1:${env.API_PORT}`;

async function lastPrimeOf(id: string): Promise<unknown> {
  const view = (await (await fetch(`${api()}/tasks/${id}?wait=10`)).json()) as { result: number[] };
  return view.result.at(-1);
}

describe('npm start', () => {
  let id: string;

  it('computes, and Ctrl-C ends everything within 5 s', async () => {
    const run = npmStart();
    await run.ready();
    const submitted = await fetch(`${api()}/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"n": 100}',
    });
    ({ request_id: id } = (await submitted.json()) as { request_id: string });
    expect(await lastPrimeOf(id)).toBe(541);

    const asked = Date.now();
    // As the terminal does: to every process of the group at once.
    process.kill(-(run.child.pid ?? NaN), 'SIGINT');
    expect(await run.exitCode()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    await expectNothingLeft();
  }, 90_000);

  it('has kept the task, also after everything that could clean up was killed', async () => {
    const killed = npmStart();
    await killed.ready();
    process.kill(-(killed.child.pid ?? NaN), 'SIGKILL');
    await killed.exitCode();
    expect(await answers(env.REDIS_PORT)).toBe(true);

    const run = npmStart();
    await run.ready();
    expect(await lastPrimeOf(id)).toBe(541);
    // To the first process alone, as a process manager does.
    run.child.kill('SIGTERM');
    expect(await run.exitCode()).toBe(0);
    await expectNothingLeft();
  }, 90_000);

  it('stops everything and fails when a service ends by itself', async () => {
    // A webhook secret that the api refuses.
    const run = npmStart({ WEBHOOK_SECRET: 'unusable' });
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toContain('api has ended by itself with exit code 1: stopping the others');
    await expectNothingLeft();
  }, 90_000);

  it('says in one line that a port is in use', async () => {
    const server = createServer().listen(Number(env.WORKER_PORT), '127.0.0.1');
    await once(server, 'listening');
    const run = npmStart();
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toBe(`Port ${env.WORKER_PORT} (worker) is in use: set WORKER_PORT to another\n`);
    server.close();
    await once(server, 'close');
    await expectNothingLeft();
  }, 60_000);

  it('says in one line that Redis is out of reach', async () => {
    const run = npmStart({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toBe('Redis at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n');
    await expectNothingLeft();
  }, 60_000);

  it('says in one line that Redis is too old', async () => {
    const info = '# Server\r\nredis_version:5.0.14\r\nloading:0\r\n';
    const answer = `$${info.length}\r\n${info}\r\n`;
    // Answers whatever is asked with the INFO of an old Redis.
    const old = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        const commands = data.toString().match(/\*\d+\r\n/g)?.length ?? 0;
        socket.write(answer.repeat(commands));
      });
    }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const address = old.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const run = npmStart({ REDIS_URL: `redis://127.0.0.1:${port ?? 0}` });
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toBe(`Redis at 127.0.0.1:${port ?? 0}: is 5.0.14, needs 6.2 or newer\n`);
    old.close();
    await expectNothingLeft();
  }, 60_000);
});
