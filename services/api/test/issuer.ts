import { randomUUID } from 'node:crypto';
import { startHttpServer } from '@primes/testing';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

interface SigningKey {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

async function signingKey(alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg, use: 'sig' };
  return { jwk, privateKey };
}

/** A small OpenID Connect issuer on loopback: discovery and signing keys. */
export async function startIssuer() {
  let key = await signingKey();
  let published = [key.jwk];
  let isDown = false;
  let requests = 0;
  const server = await startHttpServer((req, res) => {
    requests++;
    if (isDown) res.writeHead(500).end();
    else if (req.url === '/.well-known/openid-configuration')
      res.end(JSON.stringify({ issuer: server.url, jwks_uri: `${server.url}/keys` }));
    else if (req.url === '/keys') res.end(JSON.stringify({ keys: published }));
    else res.writeHead(404).end();
  });
  return {
    url: server.url,
    get requests() {
      return requests;
    },
    set isDown(value: boolean) {
      isDown = value;
    },
    /** Signs with a new key from now on; the old one is removed. */
    async rotate(alg?: string): Promise<void> {
      key = await signingKey(alg);
      published = [key.jwk];
    },
    publicKey: () => key.jwk,
    /** A token that is valid for five minutes, unless the claims say otherwise. */
    sign(
      claims: Readonly<Record<string, unknown>> = {},
      header: { readonly alg?: string; readonly kid?: string } = {},
    ): Promise<string> {
      const now = Math.floor(Date.now() / 1_000);
      const all = { iss: server.url, aud: 'tasks', sub: 'alice', roles: ['submit', 'read'], exp: now + 300 };
      return new SignJWT({ ...all, ...claims })
        .setProtectedHeader({ alg: key.jwk.alg ?? '', kid: key.jwk.kid ?? '', ...header })
        .sign(key.privateKey);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
