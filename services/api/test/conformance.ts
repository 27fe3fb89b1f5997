import { echo } from '@primes/testing/echo';
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../src/openapi.ts';

/** A response that a client received. */
export interface ReceivedResponse {
  readonly method: string;
  /** The target of the request, including its query. */
  readonly path: string;
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined if it was not read to its end. */
  readonly body: string | undefined;
}

interface Documented {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, unknown>>;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, Documented>>;
}
type PathItem = Readonly<Record<string, Operation>>;

/** The API document that responses are checked against. */
export interface Contract {
  /** Every path of the document with its methods in upper case. */
  readonly paths: readonly { readonly template: string; readonly methods: readonly string[] }[];
  /** Throws if path, status, media type, headers or body are not listed in the document. */
  readonly checkResponse: (response: ReceivedResponse) => void;
  /** Throws if the document does not describe this body or these headers of a webhook. */
  readonly checkWebhook: (webhook: Pick<ReceivedResponse, 'headers' | 'body'>) => void;
}

// Files that the pages load, and calls of the dashboard: served, but not part of the API.
const UNDOCUMENTED = /^\/(docs|redoc|admin\/queues)\/./;
// Stack traces, files, and libraries whose names or versions a response could reveal.
const LEAK =
  /\n\s+at |node_modules|\/(src|dist|packages|services)\/|\.[cm]?[jt]s\b|bullmq|ioredis|express|undici|zod/i;

/** Checks responses against an OpenAPI document, and what it cannot express: OPTIONS, 405, 404 of unknown paths. */
export function contractOf(openapi: object): Contract {
  const document = openapi as Readonly<Record<'paths' | 'webhooks', Readonly<Record<string, PathItem>>>>;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();

  return {
    paths: Object.entries(document.paths).map(([template, item]) => ({
      template,
      methods: Object.keys(item).map((method) => method.toUpperCase()),
    })),
    checkWebhook({ headers, body }) {
      const { parameters } = document.webhooks['taskEnded']?.['post'] ?? assert.fail('no webhook is listed');
      assert.ok((parameters?.length ?? 0) > 3);
      for (const { name } of parameters ?? []) assert.ok(headers[name], `header ${name} is missing`);
      const validate = validatorAt('/webhooks/taskEnded/post/requestBody/content/application~1json/schema');
      assert.ok(validate(JSON.parse(body ?? '')), ajv.errorsText(validate.errors));
    },
    checkResponse(response) {
      try {
        check(response);
      } catch (error) {
        const { method, path, status, body } = response;
        const what = `${method} ${path} → ${status} ${body?.slice(0, 500) ?? ''}`;
        throw new Error(`${what}\nbreaks the contract: ${(error as Error).message}`, { cause: error });
      }
    },
  };

  function check(response: ReceivedResponse): void {
    const { method, headers, status } = response;
    // A target may be a whole URL (RFC 9112 §3.2.2); fragments are not for the server.
    const path = response.path.replace(/^[a-z]+:\/\/[^/?#]*/, '').split(/[?#]/, 1)[0] ?? '';
    assert.match(String(headers['x-request-id'] ?? ''), /^[\w.:-]{1,128}$/, 'X-Request-Id');
    assert.match(String(headers['traceparent']), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/, 'traceparent');
    assert.equal(headers['x-powered-by'], undefined);
    if (method === 'HEAD') assert.ok(!response.body, 'HEAD has no body');
    if (mediaType(response) === 'application/problem+json') checkProblem(response);
    else assert.ok(status < 400 || status === 503, 'an error is a problem document');
    // Only documents are compressed, and other tests read them.
    const compressed = headers['content-encoding'] !== undefined;
    if (compressed) assert.match(path, /^\/(docs|redoc|openapi\.json)\b/, 'must not be compressed');
    if (UNDOCUMENTED.test(path)) return;

    const template = templateOf(path);
    if (template === undefined) {
      assert.ok(status === 404 || (status === 400 && !isDecodable(path)), 'an unknown path returns 404');
      return;
    }
    const item = document.paths[template] ?? {};
    const operation = item[method === 'HEAD' ? 'get' : method.toLowerCase()];
    if (operation) {
      const documented = operation.responses[String(status)];
      assert.ok(documented, `status ${status} is not listed`);
      checkDocumented(response, documented, [
        '',
        'paths',
        template,
        method === 'HEAD' ? 'get' : method.toLowerCase(),
      ]);
    } else if (template === '/admin/queues') {
      // With authentication, the table of routes rejects methods first.
      assert.ok([204, 401, 404, 405].includes(status), 'the dashboard requires credentials');
    } else {
      if (status === 400) assert.ok(!isDecodable(path), '400 is only for a path that cannot be decoded');
      else checkUnlisted(response, Object.keys(item));
    }
  }

  function checkDocumented(
    response: ReceivedResponse,
    documented: Documented,
    pointer: readonly string[],
  ): void {
    for (const [name, { required }] of Object.entries(documented.headers ?? {})) {
      if (required === false) continue;
      assert.ok(response.headers[name.toLowerCase()], `header ${name} is missing`);
    }
    if (!documented.content) {
      assert.ok(!response.body, 'no body is listed');
      return;
    }
    const type = mediaType(response);
    assert.ok(Object.hasOwn(documented.content, type), `media type ${type} is not listed`);
    if (response.method === 'HEAD' || response.body === undefined || response.headers['content-encoding'])
      return;
    const body: unknown =
      type.endsWith('json') && type !== 'application/x-ndjson' ? JSON.parse(response.body) : response.body;
    const where = [...pointer, 'responses', String(response.status), 'content', type, 'schema'];
    const validate = validatorAt(
      where.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/'),
    );
    assert.ok(validate(body), ajv.errorsText(validate.errors));
  }

  /** Compiled once for each schema of the document. */
  function validatorAt(pointer: string): ValidateFunction {
    const known = validators.get(pointer);
    if (known) return known;
    const validate = ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
    validators.set(pointer, validate);
    return validate;
  }

  function templateOf(path: string): string | undefined {
    const steps = (path || '/').replace(/(.)\/$/, '$1').split('/');
    return Object.keys(document.paths).find((template) => {
      const expected = template.split('/');
      return (
        expected.length === steps.length &&
        expected.every((step, i) => (step.startsWith('{') ? steps[i] !== '' : step === steps[i]))
      );
    });
  }
}

/** A method that the document does not list: 204 for OPTIONS, 405 for others; both have Allow. */
function checkUnlisted({ method, status, headers, body }: ReceivedResponse, listed: readonly string[]): void {
  assert.equal(status, method === 'OPTIONS' ? 204 : 405);
  const allow = listed.flatMap((each) => (each === 'get' ? ['GET', 'HEAD'] : [each.toUpperCase()]));
  assert.deepEqual(String(headers['allow']).split(', ').sort(), [...allow, 'OPTIONS'].sort());
  if (method === 'OPTIONS') assert.equal(body ?? '', '');
}

function checkProblem({ method, status, headers, body }: ReceivedResponse): void {
  if (status === 503) assert.match(String(headers['retry-after']), /^\d+$/, 'Retry-After');
  if (method === 'HEAD' || body === undefined) return;
  const problem = JSON.parse(body) as Record<string, unknown>;
  assert.equal(problem['status'], status);
  assert.match(String(problem['type']), /^urn:primes:problem:[a-z_]+$/);
  assert.equal(problem['request_id'], headers['x-request-id']);
  assert.equal(problem['trace_id'], String(headers['traceparent']).split('-')[1]);
  assert.doesNotMatch(body, LEAK, 'reveals internals');
}

function mediaType({ headers }: ReceivedResponse): string {
  return String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The contract of an api that serves the echo job. */
export const ECHO_CONTRACT = contractOf(openApiDocument(echo, { formats: undefined, config: {} }));
