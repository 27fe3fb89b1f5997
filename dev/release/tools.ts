import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { findIn, findOnPath } from '../on-path.ts';

/** Programs of a release that are Go modules. Renovate updates the versions. */
const GO_PROGRAMS = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  cosign: 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3',
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
} as const;
export type GoProgram = keyof typeof GO_PROGRAMS;

/** Compiling cosign takes minutes, the others less than one. */
const INSTALL_MS = 20 * 60_000;

/** The path of a program on the PATH or where `go install` puts it; undefined if there is none. */
export async function findGoProgram(name: GoProgram): Promise<string | undefined> {
  const onPath = await findOnPath(name);
  if (onPath !== undefined) return onPath;
  const { ok, stdout } = await runCommand(['go', 'env', 'GOPATH'], { timeoutMs: 20_000 });
  return ok ? findIn([join(stdout.trim(), 'bin')], name) : undefined;
}

/** Installs those of the programs that are missing. A failure is no error: what needs the program is not proven then. */
export async function installGoPrograms(names: readonly string[]): Promise<void> {
  for (const name of Object.keys(GO_PROGRAMS) as GoProgram[]) {
    if (!names.includes(name) || (await findGoProgram(name)) !== undefined) continue;
    console.log(`Installing ${name} …`);
    const { ok, output } = await runCommand(['go', 'install', GO_PROGRAMS[name]], { timeoutMs: INSTALL_MS });
    if (!ok) console.log(output);
  }
}

/** How to install a program. */
export function installCommand(name: GoProgram): string {
  return `go install ${GO_PROGRAMS[name]}`;
}
