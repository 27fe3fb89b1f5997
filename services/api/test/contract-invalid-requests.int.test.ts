import { gzipSync } from 'node:zlib';
import { ProblemSchema } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { raw, type Sent } from './http-client.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => {
  const { url } = keep(await startRedis());
  return keep(await startApi({ REDIS_URL: url }));
});

const VALID = '{"text":"a"}';
const JSON_TYPE = { 'content-type': 'application/json' };
const ID = '00000000-0000-4000-8000-000000000000';
const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE): Sent => ({
  method: 'POST',
  path: '/tasks',
  headers,
  body,
});

/** Invalid bodies, and the field and detail in the response. */
const BODIES: readonly { readonly body: string; readonly field: string; readonly detail: RegExp }[] = [
  { body: '{}', field: 'text', detail: /^Is required$/ },
  { body: 'null', field: '(root)', detail: /^Must be a JSON object, received null$/ },
  { body: '[]', field: '(root)', detail: /^Must be a JSON object, received an array$/ },
  { body: '"n"', field: '(root)', detail: /^Must be a JSON object, received "n"$/ },
  { body: '7', field: '(root)', detail: /^Must be a JSON object, received 7$/ },
  { body: '{"text":"a","steps":0}', field: 'steps', detail: /^Must be at least 1, received 0$/ },
  { body: '{"text":"a","steps":-1}', field: 'steps', detail: /^Must be at least 1, received -1$/ },
  { body: '{"text":"a","steps":-0}', field: 'steps', detail: /^Must be at least 1, received 0$/ },
  {
    body: '{"text":"a","steps":1000001}',
    field: 'steps',
    detail: /^Must be at most 1000000, received 1000001$/,
  },
  {
    body: '{"text":"a","steps":1e15}',
    field: 'steps',
    detail: /^Must be at most 1000000, received 1000000000000000$/,
  },
  {
    body: '{"text":"a","steps":9007199254740993}',
    field: 'steps',
    detail: /,Must be at most 1000000, received 9007199254740992$/,
  },
  {
    body: '{"text":"a","steps":1e400}',
    field: 'steps',
    detail: /^Must be a whole number, received Infinity$/,
  },
  { body: '{"text":"a","steps":1.5}', field: 'steps', detail: /^Must be a whole number, received 1\.5$/ },
  { body: '{"text":"a","steps":"1"}', field: 'steps', detail: /^Must be a whole number, received "1"$/ },
  { body: '{"text":"a","steps":true}', field: 'steps', detail: /^Must be a whole number, received true$/ },
  { body: '{"text":"a","steps":null}', field: 'steps', detail: /^Must be a whole number, received null$/ },
  { body: '{"text":"a","steps":[1]}', field: 'steps', detail: /^Must be a whole number, received an array$/ },
  { body: '{"text":"a","m":1}', field: 'm', detail: /Unknown field/ },
  { body: '{"text":"a","Text":"a"}', field: 'Text', detail: /Unknown field/ },
  { body: '{"text":"a","__proto__":{"text":"a"}}', field: '__proto__', detail: /Unknown field/ },
  { body: '{"__proto__":{"text":"a"}}', field: 'text', detail: /Is required.*Unknown field/ },
  { body: '{"text":"a","constructor":{}}', field: 'constructor', detail: /Unknown field/ },
  {
    body: '{"text":"a","steps":1,"steps":"last"}',
    field: 'steps',
    detail: /^Must be a whole number, received "last"$/,
  },
  {
    body: '{"text":"a","timeout_seconds":0}',
    field: 'timeout_seconds',
    detail: /^Must be at least 1, received 0$/,
  },
  {
    body: '{"text":"a","timeout_seconds":86401}',
    field: 'timeout_seconds',
    detail: /^Must be at most 86400, received 86401$/,
  },
  { body: '{"text":"a","priority":-1}', field: 'priority', detail: /^Must be at least 0, received -1$/ },
  {
    body: '{"text":"a","priority":2097152}',
    field: 'priority',
    detail: /^Must be at most 2097151, received 2097152$/,
  },
  { body: '{"text":"a","kill":"yes"}', field: 'kill', detail: /^Must be true or false, received "yes"$/ },
  { body: '{"text":"a","kill":1}', field: 'kill', detail: /^Must be true or false, received 1$/ },
  { body: '{"text":"a","callback_url":"/here"}', field: 'callback_url', detail: /absolute http/ },
  { body: '{"text":"a","callback_url":"ftp://a.example/"}', field: 'callback_url', detail: /absolute http/ },
  { body: '{"text":"a","callback_url":null}', field: 'callback_url', detail: /absolute http/ },
  {
    body: `{"text":"a","callback_url":"https://a.example/${'x'.repeat(2_048)}"}`,
    field: 'callback_url',
    detail: /^Must have at most 2048 characters, received 2066$/,
  },
];

/** Invalid queries, and the field and detail in the response. */
const QUERIES: readonly { readonly path: string; readonly field: string; readonly detail: RegExp }[] = [
  { path: '/?a=1', field: 'a', detail: /Unknown field/ },
  { path: '/health?a=1', field: 'a', detail: /Unknown field/ },
  { path: '/api/metrics/summary?a=1', field: 'a', detail: /Unknown field/ },
  { path: `/tasks/${ID}/events?a=1`, field: 'a', detail: /Unknown field/ },
  { path: `/tasks/${ID}?a=1`, field: 'a', detail: /Unknown field/ },
  { path: `/tasks/${ID}?__proto__=1`, field: '__proto__', detail: /Unknown field/ },
  { path: `/tasks/${ID}?offset[a]=1`, field: 'offset[a]', detail: /Unknown field/ },
  { path: `/tasks/${ID}?wait=61`, field: 'wait', detail: /^Must be at most 60, received 61$/ },
  { path: `/tasks/${ID}?wait=-1`, field: 'wait', detail: /whole number/ },
  { path: `/tasks/${ID}?wait=1&wait=2`, field: 'wait', detail: /once/ },
  { path: '/tasks?a=1', field: 'a', detail: /Unknown field/ },
  { path: '/tasks?limit=0', field: 'limit', detail: /^Must be at least 1, received 0$/ },
  { path: '/tasks?limit=101', field: 'limit', detail: /^Must be at most 100, received 101$/ },
  {
    path: '/tasks?status=finished',
    field: 'status',
    detail: /^Must be one of pending, .*, received "finished"$/,
  },
  { path: '/tasks?cursor=nonsense', field: 'cursor', detail: /next_cursor/ },
  {
    path: `/tasks?cursor=${'A'.repeat(257)}`,
    field: 'cursor',
    detail: /^Must have at most 256 characters, received 257$/,
  },
];

/** Requests that are rejected before a schema is checked. */
const OTHERS: readonly {
  readonly status: number;
  readonly what: string;
  readonly detail: RegExp;
  readonly sent: Sent;
}[] = [
  { status: 400, what: 'broken JSON', detail: /JSON/, sent: post('{"text":') },
  { status: 400, what: 'NaN', detail: /JSON/, sent: post('{"steps":NaN}') },
  {
    status: 400,
    what: 'bytes that are not gzip',
    detail: /^The request cannot be read: incorrect header check$/,
    sent: encoded('gzip'),
  },
  { status: 400, what: 'an empty body', detail: /^The body must be JSON, received none$/, sent: post('') },
  {
    status: 400,
    what: 'an empty body of a call that needs no field',
    detail: /^The body must be JSON, received none$/,
    sent: { ...post(''), path: '/webhooks/dead/redeliver' },
  },
  {
    status: 400,
    what: 'a path that is not UTF-8',
    detail: /^The request cannot be read: Failed to decode param '%ff'$/,
    sent: { path: '/tasks/%ff' },
  },
  { status: 400, what: 'an empty Idempotency-Key', detail: /Idempotency-Key/, sent: keyed('') },
  { status: 400, what: 'an Idempotency-Key with a space', detail: /Idempotency-Key/, sent: keyed('a b') },
  { status: 400, what: 'a long Idempotency-Key', detail: /255/, sent: keyed('k'.repeat(256)) },
  {
    status: 413,
    what: 'a large body',
    detail: /at most 65536 bytes, received 65555$/,
    sent: post(`{"text":"a","x":"${'x'.repeat(65_536)}"}`),
  },
  {
    status: 413,
    what: 'a large compressed body',
    detail: /at most 65536 bytes, received more$/,
    sent: post(gzipSync(Buffer.alloc(1e7)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
  },
  { status: 415, what: 'neither a body nor a Content-Type', detail: /application\/json/, sent: post('', {}) },
  { status: 415, what: 'no Content-Type', detail: /application\/json/, sent: post(VALID, {}) },
  {
    status: 415,
    what: 'another Content-Type',
    detail: /application\/json/,
    sent: typed('application/x-www-form-urlencoded'),
  },
  ...['latin1', 'utf-7', 'UTF-16', 'utf-32le', 'none'].map((charset) => ({
    status: 415,
    what: `the charset ${charset}`,
    detail: new RegExp(`charset UTF-8, received ${charset}$`, 'i'),
    sent: typed(`application/json; charset=${charset}`),
  })),
  {
    status: 415,
    what: 'lines in another charset',
    detail: /charset UTF-8, received utf-16$/,
    sent: { ...typed('application/x-ndjson; charset=utf-16'), path: '/tasks/batch' },
  },
  {
    status: 400,
    what: 'bytes that are not UTF-8',
    detail: /UTF-8/,
    sent: post(Buffer.from('{"text":"\u00e9"}', 'latin1')),
  },
  { status: 415, what: 'another Content-Encoding', detail: /gzip/, sent: encoded('compress') },
  {
    status: 406,
    what: 'an Accept header with only XML',
    detail: /application\/json/,
    sent: accepting('application/xml'),
  },
  {
    status: 406,
    what: 'an Accept header that excludes everything',
    detail: /application\/json/,
    sent: accepting('*/*;q=0'),
  },
  { status: 404, what: 'an invalid id', detail: /no task/, sent: { method: 'DELETE', path: '/tasks/1' } },
];

function encoded(encoding: string): Sent {
  return post(VALID, { ...JSON_TYPE, 'content-encoding': encoding });
}

function keyed(key: string): Sent {
  return post(VALID, { ...JSON_TYPE, 'idempotency-key': key });
}

function typed(type: string): Sent {
  return post(VALID, { 'content-type': type });
}

function accepting(accept: string): Sent {
  return { path: `/tasks/${ID}`, headers: { accept } };
}

describe('an invalid request', () => {
  it.each(BODIES)('$body is rejected because of $field', async ({ body, field, detail }) => {
    await expectInvalid(post(body), field, detail);
  });

  it.each(QUERIES)('GET $path is rejected because of $field', async ({ path, field, detail }) => {
    await expectInvalid({ path }, field, detail);
  });

  it('names all invalid fields', async () => {
    const problem = await refusal(422, post('{"text":"a","steps":0,"priority":-1,"x":1}'));
    expect(problem.errors?.map(({ field }) => field).sort()).toEqual(['priority', 'steps', 'x']);
  });

  it('names a forbidden address together with an invalid field', async () => {
    const problem = await refusal(422, post('{"text":"a","steps":1.5,"callback_url":"http://localhost/x"}'));
    expect(problem.errors).toEqual([
      { field: 'steps', detail: 'Must be a whole number, received 1.5' },
      { field: 'callback_url', detail: 'Must not be a loopback address, received localhost' },
    ]);
  });

  it.each(OTHERS)('returns $status for $what', async ({ status, detail, sent }) => {
    expect((await refusal(status, sent)).detail).toMatch(detail);
  });

  it('returns 400 for a POST without a body', async () => {
    expect(await raw(api.url, 'POST /tasks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [^]*"detail":"The body must be JSON, received none"/,
    );
  });

  it('sends no command to Redis', async () => {
    await using commands = await requestCommands();
    for (const { body } of BODIES) await refusal(422, post(body));
    // The content of a cursor is also checked before the first command.
    for (const { path } of QUERIES) await refusal(422, { path });
    for (const { status, sent } of OTHERS) await refusal(status, sent);
    expect(commands.seen).toEqual([]);
    // The first observed command is that of the first valid request.
    await refusal(404, { path: `/tasks/${ID}` });
    await eventually(() => {
      expect(commands.seen.join('\n')).toContain(ID);
    });
    expect(commands.seen[0]).toContain(ID);
  });
});

describe('an unusual but valid body', () => {
  it.each([
    '{"text":"a","steps":1.0}',
    '{"text":"a","steps":1e2}',
    ' {"text" : "a"}\n',
    '{"text":"a","text":"b"}',
    '{"text":"a","priority":-0}',
  ])('is accepted: %j', async (body) => {
    expect((await api.send(post(body))).status).toBe(202);
  });

  it.each(['utf-8', '"UTF-8"'])('can name the charset %s', async (charset) => {
    expect((await api.send(typed(`application/json; charset=${charset}`))).status).toBe(202);
  });

  it('can be compressed', async () => {
    const body = gzipSync(VALID);
    expect((await api.send(post(body, { ...JSON_TYPE, 'content-encoding': 'gzip' }))).status).toBe(202);
  });
});

async function refusal(status: number, sent: Sent) {
  const response = await api.send(sent);
  expect(response.status).toBe(status);
  return ProblemSchema.parse(JSON.parse(response.body));
}

async function expectInvalid(sent: Sent, field: string, said: RegExp): Promise<void> {
  const { errors, detail } = await refusal(422, sent);
  expect(errors?.[0]?.field).toBe(field);
  expect(errors?.map((error) => error.detail).join()).toMatch(said);
  expect(detail).toContain(`${field}: `);
}

/**
 * The commands that the api sends to Redis for requests. Other connections do its background work; of this one the
 * periodic commands are excluded: PING and the samples of the queue's depth.
 */
async function requestCommands() {
  const list = String(await api.redis.client('LIST'));
  const connections = list
    .split('\n')
    .filter((line) => line.includes('name=api-request'))
    .map((line) => /addr=(\S+)/.exec(line)?.[1]);
  expect(connections.length).toBeGreaterThan(0);
  const seen: string[] = [];
  const monitor = await api.redis.monitor();
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    const command = args[0]?.toLowerCase();
    const isPeriodic =
      command === 'ping' ||
      command === 'info' ||
      (command === 'evalsha' && args.includes('prioritized') && args.includes('delayed'));
    if (connections.includes(source) && !isPeriodic) seen.push(args.join(' '));
  });
  return {
    seen,
    [Symbol.asyncDispose]: async () => {
      monitor.disconnect();
      await Promise.resolve();
    },
  };
}
