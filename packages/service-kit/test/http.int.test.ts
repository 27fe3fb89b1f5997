import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type Express, type RequestHandler } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import * as z from 'zod';
import { eventually } from '@primes/testing';
import {
  HttpError,
  accessLog,
  listen,
  methodNotAllowed,
  problemHandler,
  requestContext,
  validate,
  type FinishedRequest,
  type HttpServer,
} from '@primes/service-kit';
import { handleClientError } from '../src/http/client-error.ts';

function createApp(handler: RequestHandler): { app: Express; finished: FinishedRequest[]; lines: string[] } {
  const finished: FinishedRequest[] = [];
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const app = express();
  app.use(requestContext());
  app.use(accessLog(log, (each) => finished.push(each)));
  app.use(express.json({ limit: 100 }));
  app.route('/things/:id').all(handler).all(methodNotAllowed('GET'));
  app.use(problemHandler(log));
  return { app, finished, lines };
}

const throwing = (error: Error) =>
  createApp(() => {
    throw error;
  });

describe('requestContext()', () => {
  it('returns the request id and trace id of the client', async () => {
    const { app } = createApp((_req, res) => void res.end());
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const response = await request(app).get('/things/1').set({ 'X-Request-Id': 'mine-1', traceparent });
    expect(response.headers['x-request-id']).toBe('mine-1');
    expect(response.headers['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(response.headers['traceparent']).not.toContain('b7ad6b7169203331');
  });

  it.each(['a b', 'x'.repeat(129), '"><script>'])('replaces the invalid request id %j', async (given) => {
    const { app } = createApp((_req, res) => void res.end());
    const response = await request(app)
      .get('/things/1')
      .set({ 'X-Request-Id': given, traceparent: 'nonsense' });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});

describe('problemHandler()', () => {
  it('renders an HttpError with its headers and extensions', async () => {
    const { app } = throwing(
      new HttpError('redis_unavailable', {
        detail: 'No response',
        retryAfter: 3,
        extensions: { task_id: 'x' },
      }),
    );
    const response = await request(app).get('/things/1');
    expect(response.status).toBe(503);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.headers['retry-after']).toBe('3');
    expect(JSON.parse(response.text)).toEqual({
      type: 'urn:primes:problem:redis_unavailable',
      title: 'Redis is unavailable',
      status: 503,
      detail: 'No response',
      request_id: response.headers['x-request-id'],
      trace_id: response.headers['traceparent']?.split('-')[1],
      task_id: 'x',
    });
  });

  it('logs an unexpected error and does not reveal it to the client', async () => {
    const { app, lines } = throwing(new Error('secret /path/to/file'));
    const response = await request(app).get('/things/1');
    expect(response.status).toBe(500);
    expect(response.text).not.toContain('secret');
    expect(lines.join('\n')).toContain('secret /path/to/file');
  });

  it.each([
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Command timed out',
    'LOADING Redis is loading the dataset in memory',
    'connect ECONNREFUSED 127.0.0.1:1',
  ])('returns 503 with Retry-After for the Redis error %j', async (message) => {
    const response = await request(throwing(new Error(message)).app).get('/things/1');
    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toBe('1');
  });

  it('maps errors of the body parser to 400, 413 and 415', async () => {
    const { app } = createApp((_req, res) => void res.end());
    const post = (body: string) => request(app).post('/things/1').type('json').send(body);
    expect((await post('{')).status).toBe(400);
    expect((await post(JSON.stringify('x'.repeat(200)))).status).toBe(413);
    const unknownCharset = await request(app)
      .post('/things/1')
      .set('Content-Type', 'application/json; charset=x-y')
      .send('{}');
    expect(unknownCharset.status).toBe(415);
  });
});

describe('validate()', () => {
  const schema = z.strictObject({ n: z.int().max(9), deep: z.strictObject({ a: z.string() }).optional() });

  it('returns the parsed value', () => {
    expect(validate(schema, { n: 1 })).toEqual({ n: 1 });
  });

  it('names each invalid field and its limit', () => {
    expect(() => validate(schema, { n: 10, deep: { a: '', b: 1 }, x: 1 })).toThrow(
      expect.objectContaining({
        code: 'invalid',
        details: expect.objectContaining({
          errors: [
            { field: 'n', detail: 'Must be at most 9, received 10' },
            { field: 'deep.b', detail: 'Unknown field' },
            { field: 'x', detail: 'Unknown field' },
          ],
        }),
      }),
    );
  });
});

describe('a validation error', () => {
  it('is short even if a request has thousands of invalid fields or one very long one', () => {
    const body = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x${i}`, 1]));
    const sent = [
      { n: 1, ...body },
      { n: 1, ['x'.repeat(60_000)]: 1 },
    ];
    for (const each of sent) {
      const parse = () => validate(z.strictObject({ n: z.int() }), each);
      expect(parse).toThrow(expect.objectContaining({ message: expect.stringMatching(/^x.{10,1500}$/) }));
    }
  });
});

describe('methodNotAllowed()', () => {
  it('returns 204 with Allow for OPTIONS, and 405 for other methods', async () => {
    const { app } = createApp((_req, _res, next) => {
      next();
    });
    const options = await request(app).options('/things/1');
    expect([options.status, options.headers['allow']]).toEqual([204, 'GET, HEAD, OPTIONS']);
    const put = await request(app).put('/things/1');
    expect([put.status, put.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('accessLog()', () => {
  it('records the route pattern and logs one line with the ids', async () => {
    const { app, finished, lines } = createApp((_req, res) => void res.status(204).end());
    const response = await request(app).get('/things/42?secret=1');
    expect(finished).toEqual([
      { method: 'GET', endpoint: '/things/:id', status: 204, seconds: expect.any(Number) },
    ]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      request_id: response.headers['x-request-id'],
      task_id: '42',
      path: '/things/42',
      status: 204,
    });
    expect(lines[0]).not.toContain('secret');
  });
});

describe('listen()', () => {
  const open: HttpServer[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close({ lingerMs: 0, deadlineMs: 0 })));
  });
  const start = async (handler: Parameters<typeof listen>[0], port = 0) => {
    const server = await listen(handler, { ...options, port });
    open.push(server);
    return server;
  };
  const options = { host: '127.0.0.1', variable: 'MY_PORT', keepAliveTimeoutMs: 75_000 };

  it('names the variable to change if the port is in use', async () => {
    const { port } = await start((_req, res) => void res.end());
    await expect(start((_req, res) => void res.end(), port)).rejects.toThrow(
      `Port ${port} is in use: stop the other process, or set MY_PORT`,
    );
  });

  it.each(['nowhere.invalid', '203.0.113.1', '[::1]'])(
    'names HOST if %s is not an address of this machine',
    async (host) => {
      await expect(listen(() => undefined, { ...options, host, port: 0 })).rejects.toThrow(
        /^Cannot listen on .*; set HOST to an address of this machine$/,
      );
    },
  );

  it.each([
    ['::1', '[::1]'],
    ['::', '[::1]'],
    ['::', '127.0.0.1'],
    ['localhost', 'localhost'],
  ])('listens on %s, reachable as %s', async (host, name) => {
    const server = await listen((_req, res) => void res.end('here'), { ...options, host, port: 0 });
    open.push(server);
    expect(await (await fetch(`http://${name}:${server.port}`)).text()).toBe('here');
  });

  it('closes an idle connection after the keep-alive timeout', async () => {
    const server = await listen((_req, res) => void res.end(), {
      ...options,
      keepAliveTimeoutMs: 1_000,
      port: 0,
    });
    open.push(server);
    const socket = connect(server.port, '127.0.0.1');
    const ended = once(socket, 'close');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toContain('\r\nKeep-Alive: timeout=1\r\n');
    await ended;
  });

  it('closes a connection whose last response ends after close() was called', async () => {
    const entered = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const server = await start((_req, res) => {
      // These response headers keep the connection alive.
      res.write('half');
      entered.resolve(undefined);
      void release.promise.then(() => res.end());
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await entered.promise;
    const closed = server.close({ lingerMs: 0, deadlineMs: 60_000 });
    await eventually(async () => {
      const another = connect(server.port, '127.0.0.1');
      await expect(once(another, 'connect').finally(() => another.destroy())).rejects.toThrow();
    });
    release.resolve(undefined);
    const [response] = await Promise.all([text(socket), closed]);
    expect(response).toContain('Connection: keep-alive');
    expect(response).toMatch(/\r\n0\r\n\r\n$/);
  });

  it('completes a running response before it closes', async () => {
    const entered = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const server = await start((_req, res) => {
      entered.resolve(undefined);
      void release.promise.then(() => res.end('whole'));
    });
    const response = fetch(`http://127.0.0.1:${server.port}`);
    await entered.promise;
    const closed = server.close({ lingerMs: 0, deadlineMs: 10_000 });
    release.resolve(undefined);
    expect(await (await response).text()).toBe('whole');
    await closed;
  });

  it.each([
    { what: 'an unparsable request', sent: 'nonsense\r\n\r\n', status: 400, detail: /method/ },
    {
      what: 'a header with a control character',
      sent: 'GET / HTTP/1.1\r\nHost: a\r\nIdempotency-Key: a\x01\r\n\r\n',
      status: 400,
      detail: /^The value of a header must not contain control characters$/,
    },
    {
      what: 'headers of 20 kB',
      sent: `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      status: 431,
      detail: /^Header overflow$/,
    },
  ])('returns a problem document with status $status for $what', async ({ sent, status, detail }) => {
    const server = await start((_req, res) => void res.end());
    const socket = connect(server.port, '127.0.0.1');
    socket.end(sent);
    const response = await text(socket);
    expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(response).toMatch(/\r\ntraceparent: 00-/);
    const id = /\r\nX-Request-Id: (\S+)\r\n/.exec(response)?.[1];
    expect(JSON.parse(response.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      status,
      request_id: id,
      detail: expect.stringMatching(detail),
    });
  });

  it('serves nothing that arrives after a 408', async () => {
    let served = 0;
    const server = createServer((_req, res) => {
      served++;
      res.end();
    }).on('clientError', handleClientError);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await using parts = new AsyncDisposableStack();
    parts.defer(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    const [socket] = (await once(server, 'connection')) as [Socket];
    const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.emit('clientError', late, socket);
    const [response] = (await once(client, 'data')) as [Buffer];
    expect(response.toString()).toMatch(/^HTTP\/1\.1 408 /);
    client.end('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    if (!socket.closed) await once(socket, 'close');
    expect(served).toBe(0);
  });

  it('aborts a response that exceeds the deadline', async () => {
    const server = await start((_req, res) => void res.write('half'));
    const response = await fetch(`http://127.0.0.1:${server.port}`);
    const rest = response.text();
    await Promise.all([server.close({ lingerMs: 0, deadlineMs: 10 }), expect(rest).rejects.toThrow()]);
  });
});
