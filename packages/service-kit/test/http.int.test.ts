import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type Express, type RequestHandler } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { z } from 'zod';
import {
  accessLog,
  httpErrors,
  listen,
  only,
  problemHandler,
  requestContext,
  validate,
  type FinishedRequest,
  type HttpServer,
} from '@primes/service-kit';

const KINDS = {
  malformed: { status: 400, title: 'Malformed' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'Media type' },
  invalid: { status: 422, title: 'Invalid' },
  method_not_allowed: { status: 405, title: 'Method' },
  redis_unavailable: { status: 503, title: 'Redis' },
  internal: { status: 500, title: 'Internal' },
};
const httpError = httpErrors(KINDS);

function createApp(handler: RequestHandler): { app: Express; finished: FinishedRequest[]; lines: string[] } {
  const finished: FinishedRequest[] = [];
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const app = express();
  app.use(requestContext());
  app.use(accessLog(log, (each) => finished.push(each)));
  app.use(express.json({ limit: 100 }));
  app
    .route('/things/:id')
    .all(handler)
    .all(
      only(['GET'], (allow) => httpError('method_not_allowed', { detail: allow, headers: { Allow: allow } })),
    );
  app.use(problemHandler(log, KINDS));
  return { app, finished, lines };
}

const throwing = (error: Error) =>
  createApp(() => {
    throw error;
  });

describe('requestContext()', () => {
  it('answers with the ids that the client gave', async () => {
    const { app } = createApp((_req, res) => void res.end());
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await request(app).get('/things/1').set({ 'X-Request-Id': 'mine-1', traceparent });
    expect(answer.headers['x-request-id']).toBe('mine-1');
    expect(answer.headers['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(answer.headers['traceparent']).not.toContain('b7ad6b7169203331');
  });

  it.each(['a b', 'x'.repeat(129), '"><script>'])('makes its own in place of %j', async (given) => {
    const { app } = createApp((_req, res) => void res.end());
    const answer = await request(app)
      .get('/things/1')
      .set({ 'X-Request-Id': given, traceparent: 'nonsense' });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});

describe('problemHandler()', () => {
  it('renders an HttpError with its headers and extensions', async () => {
    const { app } = throwing(
      httpError('redis_unavailable', { detail: 'Away', retryAfter: 3, extensions: { task_id: 'x' } }),
    );
    const answer = await request(app).get('/things/1');
    expect(answer.status).toBe(503);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['retry-after']).toBe('3');
    expect(JSON.parse(answer.text)).toEqual({
      type: 'urn:primes:problem:redis_unavailable',
      title: 'Redis',
      status: 503,
      detail: 'Away',
      request_id: answer.headers['x-request-id'],
      trace_id: answer.headers['traceparent']?.split('-')[1],
      task_id: 'x',
    });
  });

  it('tells the client nothing of an unexpected error, and the log all of it', async () => {
    const { app, lines } = throwing(new Error('secret /path/to/file'));
    const answer = await request(app).get('/things/1');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(lines.join('\n')).toContain('secret /path/to/file');
  });

  it.each([
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Command timed out',
    'LOADING Redis is loading the dataset in memory',
    'connect ECONNREFUSED 127.0.0.1:1',
  ])('answers 503 when Redis says %j', async (message) => {
    const answer = await request(throwing(new Error(message)).app).get('/things/1');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('translates what the body parser refuses', async () => {
    const { app } = createApp((_req, res) => void res.end());
    const post = (body: string) => request(app).post('/things/1').type('json').send(body);
    expect((await post('{')).status).toBe(400);
    expect((await post(JSON.stringify('x'.repeat(200)))).status).toBe(413);
    const latin = await request(app)
      .post('/things/1')
      .set('Content-Type', 'application/json; charset=x-y')
      .send('{}');
    expect(latin.status).toBe(415);
  });
});

describe('validate()', () => {
  const schema = z.strictObject({ n: z.int().max(9), deep: z.strictObject({ a: z.string() }).optional() });

  it('gives back the parsed value', () => {
    expect(validate(schema, { n: 1 }, KINDS.invalid)).toEqual({ n: 1 });
  });

  it('names each field, with the limit that it broke', () => {
    expect(() => validate(schema, { n: 10, deep: { a: '', b: 1 }, x: 1 }, KINDS.invalid)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        details: expect.objectContaining({
          errors: [
            { field: 'n', detail: expect.stringContaining('<=9') },
            { field: 'deep.b', detail: 'Unknown field' },
            { field: 'x', detail: 'Unknown field' },
          ],
        }),
      }),
    );
  });
});

describe('only()', () => {
  it('answers OPTIONS with what is allowed, and refuses the rest by it', async () => {
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
  it('reports the pattern of the route and logs one line with the ids', async () => {
    const { app, finished, lines } = createApp((_req, res) => void res.status(204).end());
    const answer = await request(app).get('/things/42?secret=1');
    expect(finished).toEqual([
      { method: 'GET', endpoint: '/things/:id', status: 204, seconds: expect.any(Number) },
    ]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      request_id: answer.headers['x-request-id'],
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
    const server = await listen(handler, { host: '127.0.0.1', port, variable: 'MY_PORT' });
    open.push(server);
    return server;
  };

  it('says in one line which variable to change when the port is in use', async () => {
    const { port } = await start((_req, res) => void res.end());
    await expect(start((_req, res) => void res.end(), port)).rejects.toThrow(
      `Port ${port} is in use: stop what listens there, or set MY_PORT`,
    );
  });

  it('lets a running answer end before it closes', async () => {
    const entered = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const server = await start((_req, res) => {
      entered.resolve(undefined);
      void release.promise.then(() => res.end('whole'));
    });
    const answer = fetch(`http://127.0.0.1:${server.port}`);
    await entered.promise;
    const closed = server.close({ lingerMs: 0, deadlineMs: 10_000 });
    release.resolve(undefined);
    expect(await (await answer).text()).toBe('whole');
    await closed;
  });

  it.each([
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('refuses what it cannot parse as it refuses everything else', async (sent, status) => {
    const server = await start((_req, res) => void res.end());
    const socket = connect(server.port, '127.0.0.1');
    socket.end(sent);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/\r\ntraceparent: 00-/);
    const id = /\r\nX-Request-Id: (\S+)\r\n/.exec(answer)?.[1];
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, request_id: id });
  });

  it('cuts off an answer that outlasts the deadline', async () => {
    const server = await start((_req, res) => void res.write('half'));
    const answer = await fetch(`http://127.0.0.1:${server.port}`);
    const rest = answer.text();
    await Promise.all([server.close({ lingerMs: 0, deadlineMs: 10 }), expect(rest).rejects.toThrow()]);
  });
});
