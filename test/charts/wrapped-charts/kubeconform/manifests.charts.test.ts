import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { runCommand } from '../../../../dev/command.ts';
import { renderWhole } from '../../observability.ts';
import type { Manifest } from '../../render.ts';

interface Schema {
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

interface Definition extends Manifest {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { openAPIV3Schema: Schema } }[];
  };
}

const isDefinition = (manifest: Manifest): manifest is Definition =>
  manifest.kind === 'CustomResourceDefinition';

/** The same schema without unknown fields, as in `kubectl apply --validate=strict`. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  ) as Schema;
  const open = copy.properties === undefined || copy['x-kubernetes-preserve-unknown-fields'] === true;
  return open ? copy : { additionalProperties: false, ...copy };
}

it('the chart observability is valid against the schemas of Kubernetes and of its CRDs', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'observability-'));
  const manifests = await renderWhole(['--include-crds']);
  for (const { spec } of manifests.filter(isDefinition)) {
    for (const { name, schema } of spec.versions) {
      const own = closed(schema.openAPIV3Schema) as Schema;
      own.properties = { ...own.properties, metadata: { type: 'object' } };
      const file = `${spec.names.kind.toLowerCase()}-${name}.json`;
      await writeFile(join(folder.path, file), JSON.stringify(own));
    }
  }
  const file = join(folder.path, 'all.yaml');
  const others = manifests.filter((manifest) => !isDefinition(manifest));
  await writeFile(file, others.map((manifest) => stringify(manifest)).join('---\n'));
  const locations = [
    process.env['KUBECONFORM_SCHEMAS'] ?? '',
    `${folder.path}/{{.ResourceKind}}-{{.ResourceAPIVersion}}.json`,
  ];
  const { ok, output } = await runCommand(
    ['kubeconform', '-strict', ...locations.flatMap((location) => ['-schema-location', location]), file],
    { timeoutMs: 60_000 },
  );
  expect(ok ? '' : output).toBe('');
});
