import { run } from '../../dev/command.ts';

/** The namespace of everything that the suite creates, or that of the release on which a game day is held. */
export const NAMESPACE = process.env['GAME_DAY_NAMESPACE'] ?? 'primes-cluster-test';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** The fields of Kubernetes objects that the tests read. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: {
    readonly replicas?: number;
    /** Of a ScaledObject. */
    readonly triggers?: readonly unknown[];
    /** Of an autoscaler. */
    readonly metrics?: readonly unknown[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly replicas?: number;
    /** Of an autoscaler. */
    readonly currentReplicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly succeeded?: number;
    readonly failed?: number;
  };
}

export function kubectl(
  args: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<string> {
  return run(['kubectl', '--namespace', NAMESPACE, ...args], options);
}

export async function get(kind: string, name: string): Promise<KubernetesObject> {
  return JSON.parse(await kubectl(['get', kind, name, '--output', 'json'])) as KubernetesObject;
}

export async function list(kinds: string, selector = ''): Promise<readonly KubernetesObject[]> {
  const text = await kubectl(['get', kinds, '--selector', selector, '--output', 'json']);
  return (JSON.parse(text) as { items: KubernetesObject[] }).items;
}

/** Creates or updates objects, given as manifests. */
export async function apply(...objects: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(['apply', '--filename', '-'], { input });
}

export async function scale(target: string, replicas: number): Promise<void> {
  await kubectl(['scale', target, `--replicas=${replicas}`]);
  const timeoutMs = 150_000;
  if (replicas > 0) await kubectl(['rollout', 'status', target, '--timeout=120s'], { timeoutMs });
}
