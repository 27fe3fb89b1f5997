/** The processes of a system under test. Two of each kind, so that the other one takes over. */
export const PROCESSES = ['api-1', 'api-2', 'worker-1', 'worker-2', 'gateway'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** The processes whose clock can be changed: all others run without libfaketime. */
export const CLOCK_PROCESSES = ['api-2', 'worker-2', 'gateway'] as const satisfies readonly ProcessName[];

interface KindSpec {
  readonly targets: readonly string[];
  /** What the fault uses, together with its target: two faults at a time never use the same. */
  readonly resource: 'process' | 'redis' | 'network' | 'receiver' | 'dns';
  /** Shortest and longest duration. */
  readonly seconds: readonly [number, number];
}

const REDIS = { targets: ['redis'], resource: 'redis' } as const;
const NETWORK = { targets: PROCESSES, resource: 'network', seconds: [1, 8] } as const;
const RECEIVER = { targets: ['receiver'], resource: 'receiver', seconds: [2, 10] } as const;
const INSTANT = [0, 0] as const;

/** Every kind of fault. */
export const KINDS = {
  'process-kill': { targets: PROCESSES, resource: 'process', seconds: [0, 3] },
  'process-term': { targets: PROCESSES, resource: 'process', seconds: [0, 3] },
  'process-stop': { targets: PROCESSES, resource: 'process', seconds: [1, 30] },
  'clock-forward': { targets: CLOCK_PROCESSES, resource: 'process', seconds: [2, 10] },
  'clock-back': { targets: CLOCK_PROCESSES, resource: 'process', seconds: [2, 10] },
  'redis-restart': { ...REDIS, seconds: [0, 4] },
  'redis-kill': { ...REDIS, seconds: [0, 4] },
  'redis-stop': { ...REDIS, seconds: [1, 10] },
  'redis-full': { ...REDIS, seconds: [1, 6] },
  'redis-disk-full': { ...REDIS, seconds: [1, 6] },
  'redis-read-only': { ...REDIS, seconds: [1, 6] },
  'redis-busy': { ...REDIS, seconds: [1, 6] },
  'redis-replicas': { ...REDIS, seconds: [1, 6] },
  'redis-password': { ...REDIS, seconds: [1, 6] },
  'redis-script-flush': { ...REDIS, seconds: INSTANT },
  'redis-kill-clients': { ...REDIS, targets: ['normal', 'pubsub'], seconds: INSTANT },
  'network-cut': NETWORK,
  'network-hole': NETWORK,
  'network-stale': { ...NETWORK, seconds: INSTANT },
  'network-hold': NETWORK,
  'network-slow': NETWORK,
  'network-one-way': NETWORK,
  'network-tear': NETWORK,
  'network-moved': { ...NETWORK, seconds: INSTANT },
  'dns-slow': { targets: ['names'], resource: 'dns', seconds: [2, 8] },
  'dns-dead': { targets: ['names'], resource: 'dns', seconds: [2, 8] },
  'receiver-hang': RECEIVER,
  'receiver-reset': RECEIVER,
  'receiver-500': RECEIVER,
} as const satisfies Record<string, KindSpec>;

export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as KindName[];

/** The faults of a game day, with the components of the release that they hit. */
export const POD_KINDS = {
  'pod-delete': ['api', 'worker', 'metrics-gateway', 'redis-queue', 'redis-store'],
  'pod-kill': ['worker'],
  'pod-cut': ['api', 'worker', 'metrics-gateway'],
  'node-drain': ['node'],
} as const;

export type PodKindName = keyof typeof POD_KINDS;
export const POD_KIND_NAMES = Object.keys(POD_KINDS) as PodKindName[];

/** The kinds of all histories. */
export type AnyKindName = KindName | PodKindName;
export const ALL_KIND_NAMES: readonly AnyKindName[] = [...KIND_NAMES, ...POD_KIND_NAMES];
