import { apply, kubectl } from './kubectl.ts';

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
export const EXPANDABLE = 'primes-cluster-test-expandable';

/**
 * A copy of the default StorageClass that accepts larger volumes. Whether a volume really grows depends on its provisioner,
 * but the API server already rejects a larger claim without this.
 */
export async function addExpandableStorageClass(): Promise<AsyncDisposable> {
  const { items } = JSON.parse(await kubectl(['get', 'storageclasses', '--output', 'json'])) as {
    items: StorageClass[];
  };
  const found = items.find(({ metadata }) => metadata.annotations?.[DEFAULT] === 'true');
  if (!found) throw new Error('The cluster has no default StorageClass');
  await apply({ ...found, metadata: { name: EXPANDABLE }, allowVolumeExpansion: true });
  return {
    [Symbol.asyncDispose]: async () => {
      await kubectl(['delete', 'storageclass', EXPANDABLE]);
    },
  };
}
