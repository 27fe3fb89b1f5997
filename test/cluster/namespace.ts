import { RELEASE, helm } from './helm.ts';
import { NAMESPACE, apply, kubectl } from './kubectl.ts';

/** An empty namespace that admits only pods of the strictest kind. */
export async function makeNamespace(): Promise<void> {
  // One that an interrupted run has left.
  await removeNamespace();
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } });
}

/** The release goes first, while KEDA still sees what it has to let go of. */
export async function removeNamespace(): Promise<void> {
  await helm(['uninstall', RELEASE, '--ignore-not-found', '--wait', '--timeout', '2m'], {
    timeoutMs: 150_000,
  });
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found'], { timeoutMs: 180_000 });
}
