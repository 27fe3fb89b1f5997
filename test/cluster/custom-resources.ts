import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { apply, kubectl, type KubernetesObject } from './kubectl.ts';

const MANIFESTS = join(import.meta.dirname, 'manifests', 'custom-resources.yaml');

/** Adds the kinds that examples use, as far as the cluster lacks them; disposing removes them. */
export async function addMissingKinds(): Promise<AsyncDisposable> {
  const { items } = parse(await readFile(MANIFESTS, 'utf8')) as { items: KubernetesObject[] };
  const existing = (await kubectl(['get', 'crds', '--output=name'])).split('\n');
  const nameOf = ({ metadata }: KubernetesObject) =>
    `customresourcedefinition.apiextensions.k8s.io/${metadata.name}`;
  const missing = items.filter((item) => !existing.includes(nameOf(item)));
  const names = missing.map(nameOf);
  if (names.length > 0) {
    await apply(...missing);
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
  }
  return {
    async [Symbol.asyncDispose]() {
      if (names.length > 0) await kubectl(['delete', ...names]);
    },
  };
}
