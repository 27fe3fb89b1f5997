import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../../../dev/command.ts';
import { renderText, SCALINGS } from '../render.ts';

describe('manifests', () => {
  it.each(Object.entries(SCALINGS))('are what the API server expects, with %s', async (_name, values) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'manifests-'));
    const file = join(folder.path, 'all.yaml');
    await writeFile(file, await renderText(values));
    const schemas = process.env['KUBECONFORM_SCHEMAS'] ?? '';
    const { ok, output } = await runCommand(['kubeconform', '-strict', '-schema-location', schemas, file], {
      timeoutMs: 60_000,
    });
    expect(ok ? '' : output).toBe('');
  });
});
