import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@primes/contracts';
import { echo } from '@primes/testing/echo';
import { createKey } from '../src/auth/key-file.ts';
import { openApiDocument } from '../src/openapi.ts';
import { startApi, type TestApi } from './api.ts';
import { contractOf } from './conformance.ts';

/** What the api serves with authentication and all of its options. */
const config = {
  AUTH_KEYS_FILE: 'keys',
  OIDC_ISSUER: 'https://issuer.example',
  QUOTA_REQUESTS_PER_MINUTE: 1,
};
export const AUTH_CONTRACT = contractOf(openApiDocument(echo, { formats: undefined, config }));

/** A file with a key for each name, in a folder of its own. */
export async function keyFile<Name extends string>(rolesOf: Readonly<Record<Name, readonly Role[]>>) {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const created = Object.entries<readonly Role[]>(rolesOf).map(([name, roles]) => ({
    name,
    ...createKey({ name, roles }),
  }));
  const file = join(folder, 'keys');
  await writeFile(file, created.map(({ line }) => `${line}\n`).join(''));
  return {
    folder,
    file,
    /** The header that authenticates each name. */
    as: Object.fromEntries(
      created.map(({ name, key }) => [name, { authorization: `Bearer ${key}` }]),
    ) as Readonly<Record<Name, { readonly authorization: string }>>,
    keyOf: (name: Name) => created.find((each) => each.name === name)?.key ?? '',
    lineOf: (name: Name) => created.find((each) => each.name === name)?.line ?? '',
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** An api that admits these keys. */
export function startApiWithKeys(file: string, env: Record<string, string> = {}): Promise<TestApi> {
  return startApi({ AUTH_KEYS_FILE: file, ...env }, { type: echo, contract: AUTH_CONTRACT, job: 'echo' });
}
