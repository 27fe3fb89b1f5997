import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../src/openapi.ts';

/** An answer as a client saw it. */
export interface Answer {
  readonly method: string;
  /** The target of the request, query included. */
  readonly path: string;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined when it was not read to its end. */
  readonly body: string | undefined;
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, unknown>>;
}
type PathItem = Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>;

const document = openApiDocument({ maxN: 100_000_000 }) as { paths: Readonly<Record<string, PathItem>> };

/** Every path of the document with its methods in upper case. */
export const PATHS: readonly { readonly template: string; readonly methods: readonly string[] }[] =
  Object.entries(document.paths).map(([template, item]) => ({
    template,
    methods: Object.keys(item).map((method) => method.toUpperCase()),
  }));

// Files that the pages load, and the dashboard's own calls: served, but no part of the API.
const UNDOCUMENTED = /^\/(docs|redoc|admin\/queues)\/./;
// Stack traces, files, and the libraries whose names or versions an answer could give away.
const LEAK =
  /\n\s+at |node_modules|\/(src|dist|packages|services)\/|\.[cm]?[jt]s\b|bullmq|ioredis|express|undici|zod/i;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');
const validators = new Map<string, ValidateFunction>();

/**
 * Checks an answer against the OpenAPI document: path, status, media type, headers and body must be
 * listed there. What the document cannot say (OPTIONS, 405, 404 of unknown paths) is checked here.
 */
export function checkAnswer(answer: Answer): void {
  try {
    check(answer);
  } catch (error) {
    const { method, path, status, body } = answer;
    const what = `${method} ${path} → ${status} ${body?.slice(0, 500) ?? ''}`;
    throw new Error(`${what}\nbreaks the contract: ${(error as Error).message}`, { cause: error });
  }
}

function check(answer: Answer): void {
  const { method, headers, status } = answer;
  // A target may be a whole URL (RFC 9112 §3.2.2); a fragment is none of the server's business.
  const path = answer.path.replace(/^[a-z]+:\/\/[^/?#]*/, '').split(/[?#]/, 1)[0] ?? '';
  assert.match(String(headers['x-request-id'] ?? ''), /^[\w.:-]{1,128}$/, 'X-Request-Id');
  assert.match(String(headers['traceparent']), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/, 'traceparent');
  assert.equal(headers['x-powered-by'], undefined);
  if (method === 'HEAD') assert.ok(!answer.body, 'HEAD answers no body');
  if (mediaType(answer) === 'application/problem+json') checkProblem(answer);
  else assert.ok(status < 400 || status === 503, 'a refusal is a problem');
  // Compressed are documents alone, and they are read elsewhere.
  const compressed = headers['content-encoding'] !== undefined;
  if (compressed) assert.match(path, /^\/(docs|redoc|openapi\.json)\b/, 'compresses what must not be');
  if (UNDOCUMENTED.test(path)) return;

  const template = templateOf(path);
  if (template === undefined) {
    assert.ok(status === 404 || (status === 400 && !isDecodable(path)), 'an unknown path is not found');
    return;
  }
  const item = document.paths[template] ?? {};
  const operation = item[method === 'HEAD' ? 'get' : method.toLowerCase()];
  if (operation) {
    const response = operation.responses[String(status)];
    assert.ok(response, `status ${status} is not listed`);
    checkResponse(answer, response, [
      '',
      'paths',
      template,
      method === 'HEAD' ? 'get' : method.toLowerCase(),
    ]);
  } else if (template === '/admin/queues') {
    assert.ok(status === 401 || status === 404, 'the dashboard is closed');
  } else {
    if (status === 400) assert.ok(!isDecodable(path), 'only what cannot be decoded is malformed here');
    else checkUnlisted(answer, Object.keys(item));
  }
}

function checkResponse(answer: Answer, response: Response, pointer: readonly string[]): void {
  for (const name of Object.keys(response.headers ?? {})) {
    assert.ok(answer.headers[name.toLowerCase()], `header ${name} is missing`);
  }
  if (!response.content) {
    assert.ok(!answer.body, 'no body is listed');
    return;
  }
  const type = mediaType(answer);
  assert.ok(Object.hasOwn(response.content, type), `media type ${type} is not listed`);
  if (answer.method === 'HEAD' || answer.body === undefined || answer.headers['content-encoding']) return;
  const body: unknown =
    type.endsWith('json') && type !== 'application/x-ndjson' ? JSON.parse(answer.body) : answer.body;
  const where = [...pointer, 'responses', String(answer.status), 'content', type, 'schema'];
  const validate = validatorAt(
    where.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/'),
  );
  assert.ok(validate(body), ajv.errorsText(validate.errors));
}

/** Compiled once for each place of the document. */
function validatorAt(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known) return known;
  const validate = ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
  validators.set(pointer, validate);
  return validate;
}

/** A method that the path does not list: OPTIONS is answered, any other is refused; both tell what is allowed. */
function checkUnlisted({ method, status, headers, body }: Answer, listed: readonly string[]): void {
  assert.equal(status, method === 'OPTIONS' ? 204 : 405);
  const allow = listed.flatMap((each) => (each === 'get' ? ['GET', 'HEAD'] : [each.toUpperCase()]));
  assert.deepEqual(String(headers['allow']).split(', ').sort(), [...allow, 'OPTIONS'].sort());
  if (method === 'OPTIONS') assert.equal(body ?? '', '');
}

function checkProblem({ method, status, headers, body }: Answer): void {
  if (status === 503) assert.match(String(headers['retry-after']), /^\d+$/, 'Retry-After');
  if (method === 'HEAD' || body === undefined) return;
  const problem = JSON.parse(body) as Record<string, unknown>;
  assert.equal(problem['status'], status);
  assert.match(String(problem['type']), /^urn:primes:problem:[a-z_]+$/);
  assert.equal(problem['request_id'], headers['x-request-id']);
  assert.equal(problem['trace_id'], String(headers['traceparent']).split('-')[1]);
  assert.doesNotMatch(body, LEAK, 'leaks what is inside');
}

function mediaType({ headers }: Answer): string {
  return String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
}

function templateOf(path: string): string | undefined {
  const steps = (path || '/').replace(/(.)\/$/, '$1').split('/');
  return Object.keys(document.paths).find((template) => {
    const wanted = template.split('/');
    return (
      wanted.length === steps.length &&
      wanted.every((step, i) => (step.startsWith('{') ? steps[i] !== '' : step === steps[i]))
    );
  });
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
