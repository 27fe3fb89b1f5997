import { Agent, METHODS } from 'node:http';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { TestApi } from './api.ts';
import { ECHO_CONTRACT } from './conformance.ts';
import type { Sent } from './http-client.ts';

const token = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019-_.~%/\\;:@&=+$,!*\'()[]{}|^`"<>?#')),
  maxLength: 30,
});
const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, 3_000, 3_001, Infinity, 2 ** 53, 2 ** 53 + 1, 1e-7, Number.MIN_VALUE),
);
const text = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '1',
    '-1',
    '00',
    '1e3',
    '0x1',
    'NaN',
    'Infinity',
    'null',
    'true',
    'done',
    '٣',
    '1 ',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    "' OR 1=1 --",
    '${7*7}',
    '\u0000',
  ),
  number.map(String),
  fc.string({ unit: 'binary', maxLength: 20 }),
  token,
);

/** The fields of a job's input, with values that are small enough to run. */
type Input = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const field = fc.oneof(
  fc.constantFrom('wait', 'offset', 'limit', 'status', 'cursor', 'text', '__proto__', 'limit[]', 'limit[a]'),
  fc.constantFrom('batch', 'error_code', 'created_after', 'created_before', 'principal', 'steps', 'dry_run'),
  text.map(encode),
);
// Waits are short or rejected, so that the test does not take minutes.
const pair = fc
  .tuple(field, text.map(encode))
  .map(([name, value]) => `${name}=${name === 'wait' ? value.replace(/^[1-9]\d$/, '1') : value}`);
const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.array(pair, { maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`) },
  { weight: 1, arbitrary: token.map((each) => `?${each}`) },
);
const instant = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
/** Lists and lines of bodies of tasks. */
const batchWith = (input: Input) =>
  fc
    .tuple(fc.array(bodyWith(input), { maxLength: 5 }), fc.boolean())
    .map(([bodies, asLines]) => (asLines ? bodies.join('\n') : `[${bodies.join(',')}]`));
const bodyWith = (input: Input) =>
  fc.oneof(
    fc
      .record(
        {
          ...Object.fromEntries(
            Object.entries(input).map(([name, value]) => [
              name,
              fc.oneof(value, number, text, fc.jsonValue()),
            ]),
          ),
          timeout_seconds: fc.oneof(fc.integer({ min: 1, max: 9 }), number, text),
          priority: fc.oneof(fc.nat(9), number, text),
          callback_url: fc.oneof(
            fc.constant('http://host.invalid/'),
            token.map((each) => `http://127.0.0.1/${each}`),
            text,
          ),
          run_at: fc.oneof(
            fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
            instant,
            number,
            text,
          ),
          queue_timeout_seconds: fc.oneof(fc.integer({ min: 1, max: 9 }), number, text),
          extra: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
    fc.record(input).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.json().map((value) => value.slice(0, -1)),
    fc.constantFrom(
      '',
      '[',
      '{"__proto__":{"text":"a"},"text":"a"}',
      '{"text":"a","text":"b"}',
      '"'.repeat(9),
      '['.repeat(60_000),
    ),
    fc.constant('x'.repeat(70_000)),
    fc.string({ unit: 'binary' }),
  );
const accept = fc.tuple(
  fc.constant('accept'),
  fc.oneof(
    fc.constantFrom('application/json', 'text/csv', '*/*;q=0', 'text/html', 'a/b;q=x', ',,;', '*'),
    fc.constant('image/png'),
    token,
  ),
);
const header = fc.oneof(
  // Weighted, because few requests get as far as the check of this header.
  { weight: 4, arbitrary: accept },
  fc.tuple(
    fc.constantFrom('accept-encoding', 'content-encoding'),
    fc.constantFrom('gzip', 'br', 'deflate', 'zstd', 'identity', '*;q=0'),
  ),
  fc.tuple(
    fc.constant('content-type'),
    fc.oneof(
      fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain'),
      fc.constant('application/x-ndjson'),
      token,
    ),
  ),
  fc.tuple(
    fc.constantFrom('x-request-id', 'traceparent', 'tracestate', 'idempotency-key', 'last-event-id'),
    latin1(),
  ),
  fc.tuple(
    fc.constantFrom(
      'authorization',
      'cookie',
      'range',
      'if-none-match',
      'if-modified-since',
      'x-forwarded-for',
      'x-http-method-override',
      'te',
      'prefer',
    ),
    latin1(),
  ),
  // Short, so that the test does not take minutes.
  fc.tuple(
    fc.constant('prefer'),
    fc.constantFrom('wait=1', 'WAIT = "1"; a=b', 'respond-async,wait=1', 'wait=', 'wait'),
  ),
  fc.tuple(fc.constant('range'), fc.constantFrom('bytes=0-1', 'bytes=9999999999-', 'bytes=1-0', 'x')),
  fc.tuple(fc.constant('expect'), fc.constantFrom('100-continue', 'a miracle')),
);

// CONNECT does not address this server, and not every parser knows QUERY.
const method = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS') },
  { weight: 1, arbitrary: fc.constantFrom(...METHODS.filter((each) => each !== 'CONNECT')) },
);

/**
 * Sends hostile requests, several at a time, and checks each response against the document.
 * `known` contains ids of tasks.
 *
 * @returns the number of responses by status
 */
export async function sendHostileRequests(
  api: Pick<TestApi, 'send'>,
  { known, input, count }: { known: readonly string[]; input: Input; count: number },
): Promise<ReadonlyMap<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const statuses = new Map<number, number>();
  const several = fc.array(hostileRequest(known, input), { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(several, async (requests) => {
      for (const { status, path, body } of await Promise.all(
        requests.map((request) => api.send({ ...request, agent })),
      )) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status < 500) continue;
        expect([status, path]).toEqual([503, expect.stringMatching(/^\/api\/metrics\//)]);
        if (body) expect(body).toContain('gateway_unavailable');
      }
    }),
    { numRuns: count / 10, endOnFailure: true },
  );
  agent.destroy();
  return statuses;
}

/** Requests that are almost valid, so that they pass some of the checks. */
function hostileRequest(known: readonly string[], input: Input): fc.Arbitrary<Sent> {
  const line = fc.oneof(
    { weight: 7, arbitrary: fc.tuple(method, pathTo(known)) },
    // Weighted, because only these read a body.
    { weight: 3, arbitrary: fc.constantFrom(['POST', '/tasks'] as const, ['POST', '/tasks/batch'] as const) },
  );
  return fc
    .record({
      line,
      query,
      headers: fc.array(header, { maxLength: 4 }),
      body: fc.option(fc.oneof(bodyWith(input), batchWith(input))),
    })
    .map(({ line: [verb, target], body: content, headers, ...rest }) => ({
      method: verb,
      path: (target + rest.query).replace(/[^\x21-\x7e]/g, ''),
      headers: Object.fromEntries([['content-type', 'application/json'], ...headers]),
      ...(content !== null && { body: content }),
    }));
}

function pathTo(known: readonly string[]): fc.Arbitrary<string> {
  const id = fc.oneof(
    fc.constantFrom(...known),
    fc.uuid(),
    text.map(encode),
    token.map((each) => each.replace(/[?#/]/g, '')),
  );
  const template = fc.constantFrom(...ECHO_CONTRACT.paths.map((each) => each.template));
  const odd = ['*', '//', '/.', '/..', '/%', '//a@b#c', '/tasks//events', 'http://a.invalid/tasks', 'x://?y'];
  return fc.oneof(
    {
      weight: 9,
      arbitrary: fc.tuple(template, id).map(([path, each]) => path.replace('{id}', () => each || 'x')),
    },
    { weight: 2, arbitrary: token.map((each) => `/${each}`) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

function latin1(): fc.Arbitrary<string> {
  return fc
    .oneof(text, fc.string({ unit: 'binary', maxLength: 300 }))
    .map((each) => each.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
}

function encode(each: string): string {
  // Lone surrogates cannot be encoded.
  return encodeURIComponent(each.toWellFormed());
}
