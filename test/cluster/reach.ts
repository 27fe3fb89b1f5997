import { apply, kubectl } from './kubectl.ts';
import { podOfProgram, resultOf } from './pods.ts';

/** The targets (`host:port`) that a pod with these labels can connect to. The last target should be unreachable. */
export async function reachedFrom(
  labels: Readonly<Record<string, string>>,
  targets: readonly string[],
): Promise<string[]> {
  const pod = await podOfProgram({
    name: 'reach',
    labels,
    env: [{ name: 'TARGETS', value: targets.join(',') }],
  });
  await kubectl(['delete', 'pod', 'reach', '--ignore-not-found']);
  await apply({ apiVersion: 'v1', kind: 'Pod', ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } });
  return (await resultOf('reach', 60)) as string[];
}
