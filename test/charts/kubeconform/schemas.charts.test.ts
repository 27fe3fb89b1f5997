import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../../../dev/command.ts';
import { EXAMPLES, renderText, VARIANTS } from '../render.ts';

describe('manifests', () => {
  it.each(Object.entries(VARIANTS))(
    'are valid against the schemas of Kubernetes and KEDA, with %s',
    async (_name, values) => {
      expect(await problems(await renderText(values))).toBe('');
    },
  );

  it.each(EXAMPLES)('are valid with the example %s', async (example) => {
    expect(await problems(await renderText([], example))).toBe('');
  });
});

async function problems(manifests: string): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'manifests-'));
  const file = join(folder.path, 'all.yaml');
  await writeFile(file, manifests);
  const schemas = process.env['KUBECONFORM_SCHEMAS'] ?? '';
  // The schemas do not include the Gateway API and Istio.
  const options = ['-strict', '-skip', 'HTTPRoute,PeerAuthentication', '-schema-location', schemas];
  const { ok, output } = await runCommand(['kubeconform', ...options, file], { timeoutMs: 60_000 });
  return ok ? '' : output;
}
