import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOfInputs } from './inputs.ts';

let root = '';

async function write(files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'primes-inputs-'));
  await write({
    '.dockerignore': '# why\n*\n!package.json\n!services\n**/dist\n**/*.test.ts\n',
    Dockerfile: 'FROM scratch\n',
    'package.json': '{}',
    'services/api/src/main.ts': 'main',
  });
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('digestOfInputs()', () => {
  it.each(['Dockerfile', '.dockerignore', 'package.json', 'services/api/src/main.ts', 'services/new/a.ts'])(
    'changes with %s',
    async (file) => {
      const before = await digestOfInputs(root);
      await write({ [file]: '# other\n*\n!package.json\n!services\n' });
      expect(await digestOfInputs(root)).not.toBe(before);
    },
  );

  it.each(['README.md', 'services/api/dist/main.js', 'services/api/src/main.test.ts', 'dist/package.json'])(
    'stays as it is with %s',
    async (file) => {
      const before = await digestOfInputs(root);
      await write({ [file]: 'other' });
      expect(await digestOfInputs(root)).toBe(before);
    },
  );

  it('detects a renamed file', async () => {
    const before = await digestOfInputs(root);
    await rm(join(root, 'services/api/src/main.ts'));
    await write({ 'services/api/src/start.ts': 'main' });
    expect(await digestOfInputs(root)).not.toBe(before);
  });
});
