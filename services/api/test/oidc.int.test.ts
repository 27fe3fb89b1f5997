import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { OidcVerifier } from '../src/auth/oidc.ts';
import { startIssuer } from './issuer.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const log = { warn: () => undefined };
const DEFAULTS = { OIDC_AUDIENCE: 'tasks', OIDC_PRINCIPAL_CLAIM: 'sub', OIDC_ROLES_CLAIM: 'roles' };
const issuer = await setUp(async (keep) => keep(await startIssuer()));

let verifiers: OidcVerifier[] = [];
function verifier(config: Partial<typeof DEFAULTS> = {}, url = issuer.url): OidcVerifier {
  const created = new OidcVerifier({ ...DEFAULTS, ...config, OIDC_ISSUER: url }, log);
  verifiers.push(created);
  return created;
}

// Only the clock: the connections are real.
beforeEach(() => {
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: ['nextTick', 'setImmediate', 'setInterval', 'setTimeout'],
  });
});
afterEach(() => {
  jest.useRealTimers();
  for (const each of verifiers) each.close();
  verifiers = [];
  issuer.isDown = false;
});
const pass = (seconds: number) => {
  jest.setSystemTime(Date.now() + seconds * 1_000);
};
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

describe('an access token', () => {
  it('names the principal and its roles, without those that are unknown', async () => {
    const token = await issuer.sign({ roles: ['read', 'admin', 'operate'] });
    expect(await verifier().find(token)).toEqual({ name: 'oidc:alice', roles: ['read', 'operate'] });
  });

  it.each([
    [{ OIDC_ROLES_CLAIM: 'scope' }, { scope: 'openid read-all' }, ['read-all']],
    [{ OIDC_ROLES_CLAIM: 'realm_access.roles' }, { realm_access: { roles: ['submit'] } }, ['submit']],
    [{ OIDC_ROLES_CLAIM: 'https://a.example/roles' }, { 'https://a.example/roles': ['read'] }, ['read']],
    [{ OIDC_ROLES_CLAIM: 'scope' }, {}, []],
    [{ OIDC_ROLES_CLAIM: 'roles.length' }, {}, []],
    [{}, { roles: { read: true } }, []],
  ])('is read with %j and %j', async (config, claims, roles) => {
    expect(await verifier(config).find(await issuer.sign(claims))).toMatchObject({ roles });
  });

  it('can name the principal in another claim', async () => {
    const found = await verifier({ OIDC_PRINCIPAL_CLAIM: 'email' }).find(
      await issuer.sign({ email: 'a@b.c' }),
    );
    expect(found).toMatchObject({ name: 'oidc:a@b.c' });
  });

  it.each([
    ['another issuer', () => issuer.sign({ iss: 'https://other.example' })],
    ['another audience', () => issuer.sign({ aud: 'other' })],
    ['no audience', () => issuer.sign({ aud: undefined })],
    ['no expiry', () => issuer.sign({ exp: undefined })],
    ['an expiry 61 s ago', () => issuer.sign({ exp: inSeconds(-61) })],
    ['a start in 65 s', () => issuer.sign({ nbf: inSeconds(65) })],
    ['no principal', () => issuer.sign({ sub: undefined })],
    ['an empty principal', () => issuer.sign({ sub: '' })],
    ['an unknown key', () => issuer.sign({}, { kid: 'other' })],
    ['a changed signature', async () => (await issuer.sign()).replace(/.{9}$/, 'AAAAAAAAA')],
    [
      'no signature',
      () =>
        new UnsecuredJWT({ sub: 'alice', aud: 'tasks' })
          .setIssuer(issuer.url)
          .setExpirationTime('5m')
          .encode(),
    ],
    [
      'a signature with the public key as the secret',
      () =>
        new SignJWT({ sub: 'alice', aud: 'tasks', iss: issuer.url, exp: inSeconds(300) })
          .setProtectedHeader({ alg: 'HS256', kid: issuer.publicKey().kid ?? '' })
          .sign(Buffer.from(JSON.stringify(issuer.publicKey()))),
    ],
    ['another form', () => 'abc'],
  ])('is rejected with %s', async (_name, sign) => {
    expect(await verifier().find(await sign())).toBeUndefined();
  });

  it('is accepted with a clock that differs by less than a minute', async () => {
    const found = verifier();
    expect(await found.find(await issuer.sign({ exp: inSeconds(-55), nbf: inSeconds(-300) }))).toBeDefined();
    expect(await found.find(await issuer.sign({ nbf: inSeconds(55) }))).toBeDefined();
  });

  it.each(['ES256', 'PS256', 'EdDSA'])('can be signed with %s', async (alg) => {
    await issuer.rotate(alg);
    expect(await verifier().find(await issuer.sign())).toBeDefined();
    await issuer.rotate();
  });
});

describe('the signing keys', () => {
  it('are requested once, and again for a key that is not among them, at most every 30 s', async () => {
    const before = issuer.requests;
    const own = verifier();
    const old = await issuer.sign();
    for (let i = 0; i < 3; i++) expect(await own.find(old)).toBeDefined();
    expect(issuer.requests - before).toBe(2);
    await issuer.rotate();
    const next = await issuer.sign();
    expect(await own.find(next)).toBeUndefined();
    pass(31);
    expect(await own.find(next)).toBeDefined();
    expect(await own.find(old)).toBeUndefined();
    for (let i = 0; i < 3; i++) await own.find(await issuer.sign({}, { kid: 'other' }));
    expect(issuer.requests - before).toBe(3);
  });

  it('stay in use while the issuer is unavailable', async () => {
    const own = verifier();
    expect(await own.find(await issuer.sign())).toBeDefined();
    issuer.isDown = true;
    pass(24 * 3_600);
    expect(await own.find(await issuer.sign())).toBeDefined();
  });

  it('are required: without them, the response is 503 until the issuer is available', async () => {
    issuer.isDown = true;
    const own = verifier();
    const token = await issuer.sign();
    await expect(own.find(token)).rejects.toMatchObject({ code: 'issuer_unavailable', status: 503 });
    issuer.isDown = false;
    expect(await own.find(token)).toBeDefined();
  });

  it('are not taken from a document of another issuer', async () => {
    const own = verifier({}, `${issuer.url}/`);
    await expect(own.find(await issuer.sign())).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });
});

describe('the api', () => {
  it('accepts access tokens besides keys, and separates their principals', async () => {
    await using keys = await keyFile({ alice: ['submit', 'read'] });
    await using api = await startApiWithKeys(keys.file, { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'tasks' });
    const token = { authorization: `Bearer ${await issuer.sign()}` };
    const { status, body } = await api.send(post({ text: 'a' }, token));
    expect(status).toBe(202);
    const { request_id: id } = JSON.parse(body) as { request_id: string };
    expect(await api.tasks.getJob(id)).toMatchObject({ data: { principal: 'oidc:alice' } });
    const at = (headers: Record<string, string>) => api.send({ path: `/tasks/${id}`, headers });
    expect(await at(token)).toMatchObject({ status: 200 });
    expect(await at(keys.as.alice)).toMatchObject({ status: 404 });
    expect(await at({ authorization: `Bearer ${await issuer.sign({ aud: 'other' })}` })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer realm="\w+", error="invalid_token"$/) },
    });
    expect(JSON.stringify(api.process.logs)).not.toContain(token.authorization.split('.')[2]);
  });

  it.each([{ OIDC_ISSUER: 'https://a.example' }, { OIDC_AUDIENCE: 'tasks' }])(
    'does not start with only %j',
    async (env) => {
      await using keys = await keyFile({ alice: ['read'] });
      await expect(startApiWithKeys(keys.file, env)).rejects.toThrow(
        'OIDC_ISSUER: Must be set together with OIDC_AUDIENCE',
      );
    },
  );
});
