import { describe, expect, it } from '@jest/globals';
import { mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecrets } from './secrets.ts';

const folder = () => mkdtempDisposable(join(tmpdir(), 'primes-secrets-'));

describe('keptSecrets()', () => {
  it('generates secrets that only the owner can read, and keeps them', async () => {
    await using dir = await folder();
    const secrets = await keptSecrets(dir.path);
    expect(Buffer.from(secrets.IDEMPOTENCY_SECRET, 'base64')).toHaveLength(32);
    expect(secrets.WEBHOOK_SECRET).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect((await stat(join(dir.path, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(await keptSecrets(dir.path)).toEqual(secrets);
  });

  it.each(['', '{}', '{"IDEMPOTENCY_SECRET": 1'])(
    'neither uses nor overwrites a damaged file: %p',
    async (text) => {
      await using dir = await folder();
      const file = join(dir.path, 'secrets.json');
      await writeFile(file, text);
      await expect(keptSecrets(dir.path)).rejects.toThrow(`${file} is invalid`);
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );
});
