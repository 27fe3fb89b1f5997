import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { run } from '../command.ts';
import { ROOT } from '../project.ts';
import { nameOf, readLockFile, shippedPackages, type LockFile } from './shipped.ts';

/** The fields of a CycloneDX document that are read or changed here. */
export interface Sbom {
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly type: string } };
  readonly components: readonly { readonly 'bom-ref': string; readonly scope?: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * The software bill of materials of the images, in CycloneDX. It reads the lock file only.
 *
 * @throws {Error} If it is not valid.
 */
export async function createSbom(): Promise<Sbom> {
  const options = ['--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const all = await run(['npm', 'sbom', ...options, '--prefix', ROOT], { timeoutMs: 120_000 });
  const sbom = ofTheImages(JSON.parse(all) as Sbom, readLockFile());
  validate(sbom);
  return sbom;
}

/** Keeps the packages that are in the images, and the references between them. */
export function ofTheImages(all: Sbom, lock: LockFile): Sbom {
  const kept = new Set(
    shippedPackages(lock).map((path) => `${nameOf(path)}@${lock.packages[path]?.version ?? ''}`),
  );
  return {
    ...all,
    // npm takes the name of the folder.
    metadata: { ...all.metadata, component: { ...all.metadata.component, name: 'primes' } },
    // To npm, the bundled packages are development dependencies, so it calls them optional.
    components: all.components
      .filter((each) => kept.has(each['bom-ref']))
      .map((each) => ({ ...each, scope: 'required' })),
    dependencies: all.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) })),
  };
}

function validate(sbom: Sbom): void {
  // Formats of internationalised addresses, which ajv-formats does not know and npm does not write.
  const ajv = new Ajv({ strict: false, formats: { 'idn-email': true, 'iri-reference': true } });
  addFormats.default(ajv);
  // Under the names by which the schema refers to them.
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema({ ...schema(name), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` });
  if (!ajv.validate(schema(`bom-${sbom.specVersion}`), sbom))
    throw new Error(`The SBOM is not valid: ${ajv.errorsText()}`);
}

/** A schema from the official library of CycloneDX. */
function schema(name: string): object {
  const library = dirname(fileURLToPath(import.meta.resolve('@cyclonedx/cyclonedx-library/package.json')));
  const file = join(library, 'res', 'schema', `${name}.SNAPSHOT.schema.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}
