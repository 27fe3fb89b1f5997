import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freePort } from '@primes/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isListening } from '../../dev/tcp.ts';

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

/** Runs the npm script in its own process group, as in a terminal. */
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
  // Not 'exit': the last output can arrive after it.
  const closed = once(child, 'close');
  return {
    child,
    output: () => output,
    async ready() {
      await eventually(
        () => {
          if (child.exitCode !== null) return;
          expect(output).toContain('Ctrl-C stops everything');
        },
        { timeoutMs: 120_000 },
      );
      expect(output).toContain('Ctrl-C stops everything');
    },
    async exitCode() {
      await closed;
      return child.exitCode;
    },
  };
}

async function expectNothingLeft(): Promise<void> {
  const open = [];
  for (const name of PORTS) if (await isListening(Number(env[name]))) open.push(name);
  expect(open).toEqual([]);
}

const api = () => `http://127.0.0.1:${env.API_PORT}`;

async function lastPrimeOf(id: string): Promise<unknown> {
  const view = (await (await fetch(`${api()}/tasks/${id}?wait=55`)).json()) as { result: number[] };
  return view.result.at(-1);
}

describe('npm start', () => {
  let id: string;

  it('computes, and Ctrl-C stops every service in order', async () => {
    const run = npmStart();
    await run.ready();
    // This address would accept connections if a service listened on 0.0.0.0.
    for (const name of PORTS)
      expect([name, await isListening(Number(env[name]), '127.0.0.2')]).toEqual([name, false]);
    const submitted = await fetch(`${api()}/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"n": 100}',
    });
    ({ request_id: id } = (await submitted.json()) as { request_id: string });
    expect(await lastPrimeOf(id)).toBe(541);

    // As in a terminal: to every process of the group at once.
    process.kill(-(run.child.pid ?? NaN), 'SIGINT');
    expect(await run.exitCode()).toBe(0);
    // A service that exceeds the deadline is killed before it logs this.
    expect(run.output().match(/"msg":"stopped"/g)).toHaveLength(3);
    await expectNothingLeft();
  });

  it('keeps the task, even after all of its processes were killed', async () => {
    const killed = npmStart();
    await killed.ready();
    process.kill(-(killed.child.pid ?? NaN), 'SIGKILL');
    await killed.exitCode();
    expect(await isListening(Number(env.REDIS_PORT))).toBe(true);

    const run = npmStart();
    await run.ready();
    expect(await lastPrimeOf(id)).toBe(541);
    // To the first process only, as from a process manager.
    run.child.kill('SIGTERM');
    expect(await run.exitCode()).toBe(0);
    await expectNothingLeft();
  });

  it('stops everything and fails if a service exits', async () => {
    // An invalid webhook secret.
    const run = npmStart({ WEBHOOK_SECRET: 'unusable' });
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toContain('api exited unexpectedly with exit code 1. Stopping the other services.');
    await expectNothingLeft();
  });

  it('reports a port in use in one line', async () => {
    const server = createServer().listen(Number(env.WORKER_PORT), '127.0.0.1');
    await once(server, 'listening');
    const run = npmStart();
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toBe(
      `Port ${env.WORKER_PORT} is in use: stop the other process, or set WORKER_PORT\n`,
    );
    server.close();
    await once(server, 'close');
    await expectNothingLeft();
  });

  it('reports an unreachable Redis in one line', async () => {
    const run = npmStart({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toBe('Redis at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n');
    await expectNothingLeft();
  });

  it('reports an old Redis in one line', async () => {
    const info = '# Server\r\nredis_version:5.0.14\r\nloading:0\r\n';
    const reply = `$${info.length}\r\n${info}\r\n`;
    // Answers every command with the INFO of an old Redis.
    const old = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        const commands = data.toString().match(/\*\d+\r\n/g)?.length ?? 0;
        socket.write(reply.repeat(commands));
      });
    }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const address = old.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const run = npmStart({ REDIS_URL: `redis://127.0.0.1:${port ?? 0}` });
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toBe(
      `Redis at 127.0.0.1:${port ?? 0}: expected version 6.2 or later, received 5.0.14\n`,
    );
    old.close();
    await expectNothingLeft();
  });
});
