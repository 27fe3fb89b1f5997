import { RELEASE, helm } from './helm.ts';
import { NAMESPACE, apply, kubectl } from './kubectl.ts';

/** Creates an empty namespace with the Pod Security Standard `restricted`. */
export async function makeNamespace(): Promise<void> {
  // From an interrupted run.
  await removeNamespace();
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } });
}

/** Uninstalls the release first, while KEDA can still clean up its ScaledObjects. */
export async function removeNamespace(): Promise<void> {
  await helm(['uninstall', RELEASE, '--ignore-not-found', '--wait', '--timeout', '2m'], {
    timeoutMs: 150_000,
  });
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found'], { timeoutMs: 180_000 });
}
