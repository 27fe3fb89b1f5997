import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@primes/testing';
import { parseAllDocuments } from 'yaml';
import { NAMESPACE, apply, get, kubectl } from './kubectl.ts';

const FOLDER = join(import.meta.dirname, '../../k8s/load');
const MASTER = 'load-master';
/** Time for the start of the pods and for the last tasks. */
const SLACK_MS = 240_000;

interface Manifest {
  readonly kind: string;
  readonly metadata: object;
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Runs the Jobs of k8s/load in the namespace of the suite, and returns the log of their master. `settings` override its
 * ConfigMap.
 */
export async function runLoad(
  settings: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<{ readonly log: string; readonly met: boolean }> {
  const manifests = await Promise.all(['workers.yaml', 'master.yaml'].map(read));
  await apply(...manifests.flat().map((manifest) => configured(manifest, settings)));
  const { succeeded = 0 } = await eventually(
    async () => {
      const { status = {} } = await get('job', MASTER);
      if ((status.succeeded ?? 0) + (status.failed ?? 0) === 0) throw new Error('The load is still running');
      return status;
    },
    { timeoutMs: timeoutMs + SLACK_MS, intervalMs: 2_000 },
  );
  return { log: await kubectl(['logs', `job/${MASTER}`]), met: succeeded > 0 };
}

async function read(file: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await readFile(join(FOLDER, file), 'utf8'));
  return documents.map((document) => document.toJS() as Manifest);
}

function configured(manifest: Manifest, settings: Readonly<Record<string, string>>): object {
  const { kind, metadata, data } = manifest;
  return {
    ...manifest,
    metadata: { ...metadata, namespace: NAMESPACE },
    ...(kind === 'ConfigMap' && { data: { ...data, ...settings } }),
  };
}
