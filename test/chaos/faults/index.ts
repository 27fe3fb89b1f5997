import type { KindName } from '../kinds.ts';
import type { ChaosSystem } from '../system.ts';
import { NETWORK_FAULTS } from './network.ts';
import { PROCESS_FAULTS } from './process.ts';
import { REDIS_FAULTS } from './redis.ts';
import { NAME_FAULTS, RECEIVER_FAULTS } from './environment.ts';

/** Injects a fault, and returns how to undo it. */
export type Inject = (system: ChaosSystem, target: string) => Promise<() => Promise<void>>;

export const FAULTS: Record<KindName, Inject> = {
  ...PROCESS_FAULTS,
  ...REDIS_FAULTS,
  ...NETWORK_FAULTS,
  ...NAME_FAULTS,
  ...RECEIVER_FAULTS,
};
