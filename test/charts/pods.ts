import type { Manifest } from './render.ts';

export interface Container {
  readonly name: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string | number>>>>;
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

export interface Pod {
  readonly name: string;
  readonly replicas: number;
  readonly spec: PodSpec;
}

/** The path of the pod template in each kind. */
interface Workload {
  readonly replicas?: number;
  readonly template?: { readonly spec: PodSpec };
  readonly jobTargetRef?: { readonly template: { readonly spec: PodSpec } };
  readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
}

/** The pods of manifests, direct or from a template; `replicas` is 1 if an autoscaler sets it. */
export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.flatMap(({ kind, metadata: { name }, spec = {} }) => {
    if (kind === 'Pod') return [{ name, replicas: 1, spec: spec as PodSpec }];
    const { replicas = 1, template, jobTargetRef, jobTemplate } = spec as Workload;
    const pod = (template ?? jobTargetRef?.template ?? jobTemplate?.spec.template)?.spec;
    return pod ? [{ name, replicas, spec: pod }] : [];
  });
}

/** Including sidecars. */
export function containersOf({ initContainers = [], containers }: PodSpec): Container[] {
  return [...initContainers, ...containers];
}
