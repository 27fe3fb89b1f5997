import { gzipSync } from 'node:zlib';
import { ProblemSchema } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { raw, type Sent } from './http-client.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => {
  const { url } = keep(await startRedis());
  return keep(await startApi({ REDIS_URL: url, MAX_N: '1000000' }));
});

const JSON_TYPE = { 'content-type': 'application/json' };
const ID = '00000000-0000-4000-8000-000000000000';
const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE): Sent => ({
  method: 'POST',
  path: '/tasks',
  headers,
  body,
});

/** Bodies that break the schema: the body, the field that is named, what is said of it. */
const BODIES: readonly (readonly [string, string, RegExp])[] = [
  ['{}', 'n', /expected number/],
  ['null', '(the whole)', /expected object/],
  ['[]', '(the whole)', /expected object/],
  ['"n"', '(the whole)', /expected object/],
  ['7', '(the whole)', /expected object/],
  ['{"n":0}', 'n', />=1/],
  ['{"n":-1}', 'n', />=1/],
  ['{"n":-0}', 'n', />=1/],
  ['{"n":1000001}', 'n', /<=1000000/],
  ['{"n":1e15}', 'n', /<=1000000/],
  ['{"n":9007199254740993}', 'n', /<=1000000/],
  ['{"n":1e400}', 'n', /received Infinity/],
  ['{"n":1.5}', 'n', /expected int/],
  ['{"n":"1"}', 'n', /expected number/],
  ['{"n":true}', 'n', /expected number/],
  ['{"n":null}', 'n', /expected number/],
  ['{"n":[1]}', 'n', /expected number/],
  ['{"n":1,"m":1}', 'm', /Unknown field/],
  ['{"n":1,"N":1}', 'N', /Unknown field/],
  ['{"n":1,"__proto__":{"n":1}}', '__proto__', /Unknown field/],
  ['{"__proto__":{"n":1}}', 'n', /expected number.*Unknown field/],
  ['{"n":1,"constructor":{}}', 'constructor', /Unknown field/],
  ['{"n":1,"n":"last"}', 'n', /expected number/],
  ['{"n":1,"timeout_seconds":0}', 'timeout_seconds', />=1/],
  ['{"n":1,"timeout_seconds":86401}', 'timeout_seconds', /<=86400/],
  ['{"n":1,"priority":-1}', 'priority', />=0/],
  ['{"n":1,"priority":2097152}', 'priority', /<=2097151/],
  ['{"n":1,"fresh":"yes"}', 'fresh', /expected boolean/],
  ['{"n":1,"fresh":1}', 'fresh', /expected boolean/],
  ['{"n":1,"callback_url":"/here"}', 'callback_url', /absolute http/],
  ['{"n":1,"callback_url":"ftp://a.example/"}', 'callback_url', /absolute http/],
  ['{"n":1,"callback_url":null}', 'callback_url', /absolute http/],
  [`{"n":1,"callback_url":"https://a.example/${'x'.repeat(2_048)}"}`, 'callback_url', /./],
];

/** Queries that break the schema: the path, the field that is named, what is said of it. */
const QUERIES: readonly (readonly [string, string, RegExp])[] = [
  ['/?a=1', 'a', /Unknown field/],
  ['/health?a=1', 'a', /Unknown field/],
  ['/api/metrics/summary?a=1', 'a', /Unknown field/],
  [`/tasks/${ID}/events?a=1`, 'a', /Unknown field/],
  [`/tasks/${ID}?a=1`, 'a', /Unknown field/],
  [`/tasks/${ID}?__proto__=1`, '__proto__', /Unknown field/],
  [`/tasks/${ID}?offset[a]=1`, 'offset[a]', /Unknown field/],
  [`/tasks/${ID}?wait=61`, 'wait', /<=60/],
  [`/tasks/${ID}?wait=-1`, 'wait', /whole number/],
  [`/tasks/${ID}?wait=1&wait=2`, 'wait', /once/],
  [`/tasks/${ID}?offset=1.5`, 'offset', /whole number/],
  [`/tasks/${ID}?offset=`, 'offset', /whole number/],
  [`/tasks/${ID}?limit=NaN`, 'limit', /whole number/],
  [`/tasks/${ID}?limit=Infinity`, 'limit', /whole number/],
  [`/tasks/${ID}?limit=0x10`, 'limit', /whole number/],
  [`/tasks/${ID}?limit=1e3`, 'limit', /whole number/],
  [`/tasks/${ID}?limit=1000000001`, 'limit', /<=1000000000/],
  [`/tasks/${ID}?limit=99999999999999999999`, 'limit', /whole number/],
  ['/tasks?a=1', 'a', /Unknown field/],
  ['/tasks?limit=0', 'limit', />=1/],
  ['/tasks?limit=101', 'limit', /<=100/],
  ['/tasks?status=finished', 'status', /pending/],
  ['/tasks?cursor=nonsense', 'cursor', /./],
  [`/tasks?cursor=${'A'.repeat(65)}`, 'cursor', /<=64/],
];

/** Refusals before any schema. */
const OTHERS: readonly (readonly [number, string, RegExp, Sent])[] = [
  [400, 'broken JSON', /JSON/, post('{"n":')],
  [400, 'NaN', /JSON/, post('{"n":NaN}')],
  [400, 'bytes that are no gzip', /./, post('{"n":1}', { ...JSON_TYPE, 'content-encoding': 'gzip' })],
  [400, 'an empty key', /Idempotency-Key/, post('{"n":1}', { ...JSON_TYPE, 'idempotency-key': '' })],
  [400, 'a key with a space', /Idempotency-Key/, post('{"n":1}', { ...JSON_TYPE, 'idempotency-key': 'a b' })],
  [400, 'a long key', /255/, post('{"n":1}', { ...JSON_TYPE, 'idempotency-key': 'k'.repeat(256) })],
  [413, 'a large body', /64 KiB/, post(`{"n":1,"x":"${'x'.repeat(65_536)}"}`)],
  [413, 'a bomb', /64 KiB/, post(gzipSync(Buffer.alloc(1e7)), { ...JSON_TYPE, 'content-encoding': 'gzip' })],
  [415, 'neither body nor type', /application\/json/, post('', {})],
  [415, 'no type', /application\/json/, post('{"n":1}', {})],
  [
    415,
    'another type',
    /application\/json/,
    post('n=1', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [415, 'another charset', /UTF-8/, post('{"n":1}', { 'content-type': 'application/json; charset=latin1' })],
  [415, 'another encoding', /gzip/, post('{"n":1}', { ...JSON_TYPE, 'content-encoding': 'compress' })],
  [406, 'XML', /application\/x-ndjson/, { path: `/tasks/${ID}`, headers: { accept: 'application/xml' } }],
  [406, 'nothing', /application\/json/, { path: `/tasks/${ID}`, headers: { accept: '*/*;q=0' } }],
  [404, 'what can be no id', /no task/, { method: 'DELETE', path: '/tasks/1' }],
];

describe('a request that breaks the contract', () => {
  it.each(BODIES)('%.80s', async (body, field, said) => {
    await expectInvalid(post(body), field, said);
  });

  it.each(QUERIES)('GET %.80s', async (path, field, said) => {
    await expectInvalid({ path }, field, said);
  });

  it('names every wrong field at once', async () => {
    const problem = await refusal(422, post('{"n":0,"priority":-1,"x":1}'));
    expect(problem.errors?.map(({ field }) => field).sort()).toEqual(['n', 'priority', 'x']);
  });

  it.each(OTHERS)('%d for %s', async (...[status, , said, sent]) => {
    expect((await refusal(status, sent)).detail).toMatch(said);
  });

  it('400 for a POST without any body', async () => {
    expect(await raw(api.url, 'POST /tasks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [^]*"detail":"The body is empty"/,
    );
  });

  it('costs no command to Redis', async () => {
    await using commands = await requestCommands();
    for (const [body] of BODIES) await refusal(422, post(body));
    // A cursor's content is checked as well before anything is asked.
    for (const [path] of QUERIES) await refusal(422, { path });
    for (const [status, , , sent] of OTHERS) await refusal(status, sent);
    expect(commands.seen).toEqual([]);
    // The first that is asked for is the first that is seen.
    await refusal(404, { path: `/tasks/${ID}` });
    await eventually(() => {
      expect(commands.seen.join('\n')).toContain(ID);
    });
    expect(commands.seen[0]).toContain(ID);
  });
});

describe('what only looks odd', () => {
  it.each(['{"n":1.0}', '{"n":1e2}', ' {"n" : 7}\n', '{"n":9,"n":8}', '{"n":1,"priority":-0}'])(
    '%s',
    async (body) => {
      expect((await api.send(post(body))).status).toBe(202);
    },
  );

  it('a compressed body is read', async () => {
    const body = gzipSync('{"n":1}');
    expect((await api.send(post(body, { ...JSON_TYPE, 'content-encoding': 'gzip' }))).status).toBe(202);
  });
});

async function refusal(status: number, sent: Sent) {
  const answer = await api.send(sent);
  expect(answer.status).toBe(status);
  return ProblemSchema.parse(JSON.parse(answer.body));
}

async function expectInvalid(sent: Sent, field: string, said: RegExp): Promise<void> {
  const { errors, detail } = await refusal(422, sent);
  expect(errors?.[0]?.field).toBe(field);
  expect(errors?.map((error) => error.detail).join()).toMatch(said);
  expect(detail).toContain(`${field}: `);
}

/**
 * What the api sends to Redis for requests, as Redis itself sees it. The other connections are its
 * background work; of this one only the count for MAX_QUEUED, once a second, is left out.
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
    const isCount =
      args[0]?.toLowerCase() === 'evalsha' && args.includes('prioritized') && args.includes('delayed');
    if (connections.includes(source) && !isCount) seen.push(args.join(' '));
  });
  return {
    seen,
    [Symbol.asyncDispose]: async () => {
      monitor.disconnect();
      await Promise.resolve();
    },
  };
}
