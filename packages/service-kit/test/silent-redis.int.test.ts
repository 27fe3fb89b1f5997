import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startRedis, startTcpProxy, uniquePrefix, type TestRedis } from '@primes/testing';
import { RedisConnections } from '@primes/service-kit';
import { Queue, Worker } from 'bullmq';
import { pino } from 'pino';

const COMMAND_TIMEOUT_MS = 600;
/** Generous: the connection itself is overdue after 3 s. */
const RECOVERY = { timeoutMs: 60_000 };

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Connections through a proxy, with their log lines and observed commands. */
async function setUp() {
  const proxy = await startTcpProxy(server.port);
  const lines: { connection?: string; msg?: string; reason?: string }[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
  );
  const operations: string[] = [];
  const connections = new RedisConnections({
    service: 'test',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    observe: (operation) => operations.push(operation),
    log,
  });
  return {
    proxy,
    lines,
    operations,
    connections,
    at: { url: proxy.url, prefix: 'test' },
    async [Symbol.asyncDispose]() {
      connections.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

const isReady = (connections: RedisConnections) =>
  eventually(() => {
    expect(connections.ready).toBe(true);
  }, RECOVERY);

describe('a connection that stays open and loses all bytes', () => {
  it('for requests: reconnects and sends no command twice', async () => {
    await using fixture = await setUp();
    const redis = fixture.connections.request(fixture.at);
    await isReady(fixture.connections);
    fixture.proxy.stale();
    const key = uniquePrefix();
    await expect(redis.incr(key)).rejects.toThrow('Command timed out');
    await eventually(() => redis.ping(), RECOVERY);
    expect(await redis.get(key)).toBeNull();
    expect(fixture.lines.map(({ msg }) => msg)).toEqual([
      'redis connection lost',
      'redis connection restored',
    ]);
    expect(fixture.lines[0]?.reason).toMatch(/^Socket timeout/);
  });

  it('for background work: reconnects and sends unanswered commands again', async () => {
    await using fixture = await setUp();
    const redis = fixture.connections.background(fixture.at);
    await isReady(fixture.connections);
    fixture.proxy.stale();
    expect(await redis.set(uniquePrefix(), 1)).toBe('OK');
    expect(fixture.proxy.accepted).toBe(2);
  });

  it('for a blocking reader: times out only after the blocking time', async () => {
    await using fixture = await setUp();
    const redis = fixture.connections.background(fixture.at).duplicate();
    const read = (id: string) => redis.xread('BLOCK', 4_000, 'STREAMS', stream, id);
    const stream = uniquePrefix();
    // Longer than the timeout of other commands.
    expect(await read('$')).toBeNull();
    expect(fixture.proxy.accepted).toBe(2);
    fixture.proxy.stale();
    const entries = read('0');
    await eventually(() => {
      expect(fixture.proxy.accepted).toBeGreaterThan(2);
    }, RECOVERY);
    const writer = fixture.connections.request({ url: server.url, prefix: 'test' });
    await eventually(() => writer.xadd(stream, '*', 'a', 'b'));
    expect(await entries).toEqual([[stream, [[expect.any(String), ['a', 'b']]]]]);
  });

  it('for a subscriber: is detected without commands, and receives messages again', async () => {
    await using fixture = await setUp();
    const subscriber = fixture.connections.background(fixture.at).duplicate();
    const channel = uniquePrefix();
    const received: string[] = [];
    subscriber.on('message', (_channel, message: string) => received.push(message));
    await subscriber.subscribe(channel);
    fixture.proxy.stale();
    const publisher = fixture.connections.request({ url: server.url, prefix: 'test' });
    let published = 0;
    await eventually(
      async () => {
        await publisher.publish(channel, String(published++));
        expect(received.length).toBeGreaterThan(0);
      },
      { ...RECOVERY, intervalMs: 200 },
    );
  });

  it('for BullMQ: both its shared and its blocking connection recover, and it takes jobs again', async () => {
    await using fixture = await setUp();
    const prefix = uniquePrefix();
    const done: unknown[] = [];
    const connection = fixture.connections.background(fixture.at);
    const worker = new Worker('q', (job) => Promise.resolve(done.push(job.data)), {
      connection,
      prefix,
      drainDelay: 1,
    });
    const errors: string[] = [];
    worker.on('error', ({ message }) => errors.push(message));
    await worker.waitUntilReady();
    fixture.proxy.stale();
    const queue = new Queue('q', {
      connection: fixture.connections.request({ url: server.url, prefix: 'test' }),
      prefix,
    });
    await eventually(() => queue.add('j', 1));
    await eventually(() => {
      expect(done).toEqual([1]);
    }, RECOVERY);
    // BullMQ has its own watchdog for the blocking connection, which may act before ours.
    expect(fixture.lines.map(({ connection, msg }) => `${connection} ${msg}`)).toContain(
      'test-background redis connection lost',
    );
    expect(errors.filter((message) => !/^Socket timeout/.test(message))).toEqual([]);
    expect(fixture.proxy.open).toBe(2);
    await worker.close();
    await queue.close();
  });
});

describe('a duplicate of a connection', () => {
  it('is observed, logged, part of readiness, and closed with the original', async () => {
    await using fixture = await setUp();
    const copy = fixture.connections.background(fixture.at).duplicate({ connectionName: 'copy' });
    await isReady(fixture.connections);
    await copy.get('a');
    await eventually(() => {
      expect(fixture.operations).toContain('get');
    });
    fixture.proxy.set('cut');
    await eventually(() => {
      expect(fixture.lines.map(({ connection, msg }) => `${connection} ${msg}`)).toContain(
        'test-blocking redis connection lost',
      );
    });
    expect(fixture.connections.ready).toBe(false);
    fixture.proxy.set('pass');
    await isReady(fixture.connections);
    fixture.connections.close();
    await eventually(() => {
      expect(copy.status).toBe('end');
    });
  });

  it('is no longer part of readiness once its owner has closed it, even during an outage', async () => {
    await using fixture = await setUp();
    const redis = fixture.connections.background(fixture.at);
    const [quit, disconnected, closedInOutage] = [redis.duplicate(), redis.duplicate(), redis.duplicate()];
    await isReady(fixture.connections);
    await quit.quit();
    disconnected.disconnect();
    await isReady(fixture.connections);
    fixture.proxy.set('cut');
    await eventually(() => {
      expect(closedInOutage.status).toBe('reconnecting');
    });
    closedInOutage.disconnect();
    fixture.proxy.set('pass');
    await isReady(fixture.connections);
    expect(fixture.proxy.open).toBe(1);
  });
});

describe('the connections of a process', () => {
  it('have distinct names in the log', async () => {
    await using fixture = await setUp();
    const redis = fixture.connections.background(fixture.at);
    redis.duplicate();
    redis.duplicate({ connectionName: `bull:${Buffer.from('q').toString('base64')}` });
    fixture.connections.background(fixture.at);
    await isReady(fixture.connections);
    fixture.proxy.set('cut');
    await eventually(() => {
      expect(fixture.lines.map(({ connection }) => connection).sort()).toEqual([
        ...['test-background', 'test-background-2', 'test-background-3', 'test-blocking'],
      ]);
    });
  });
});

describe('ready', () => {
  it('is false while an open connection does not respond', async () => {
    await using fixture = await setUp();
    fixture.connections.background(fixture.at);
    await isReady(fixture.connections);
    fixture.proxy.set('hole');
    await eventually(() => {
      expect(fixture.connections.ready).toBe(false);
    }, RECOVERY);
    fixture.proxy.set('pass');
    await isReady(fixture.connections);
  });
});
