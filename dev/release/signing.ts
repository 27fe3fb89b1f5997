import { run } from '../command.ts';

/** How to sign, and how to verify the signatures: options of cosign. */
export interface Signer {
  readonly cosign: string;
  readonly sign: readonly string[];
  readonly verify: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Signs with the identity of a GitHub workflow: no key exists that could be lost. */
export function keyless(cosign: string, { server, workflow }: { server: string; workflow: string }): Signer {
  return {
    cosign,
    sign: [],
    verify: [
      `--certificate-identity=${server}/${workflow}`,
      '--certificate-oidc-issuer=https://token.actions.githubusercontent.com',
    ],
  };
}

/** Signs an artifact, attaches the signed SBOM to it if there is one, and verifies both. */
export async function signAndVerify(signer: Signer, reference: string, sbom?: string): Promise<void> {
  const cosign = (args: readonly string[]) =>
    run([signer.cosign, ...args, reference], {
      timeoutMs: 300_000,
      env: { ...process.env, ...signer.env },
    });
  await cosign(['sign', '--yes', ...signer.sign]);
  await cosign(['verify', ...signer.verify]);
  if (sbom === undefined) return;
  await cosign(['attest', '--yes', '--type=cyclonedx', `--predicate=${sbom}`, ...signer.sign]);
  await cosign(['verify-attestation', '--type=cyclonedx', ...signer.verify]);
}
