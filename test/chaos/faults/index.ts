import type { KindName } from '../kinds.ts';
import type { Inject } from './inject.ts';
import { NETWORK_FAULTS } from './network.ts';
import { PROCESS_FAULTS } from './process.ts';
import { REDIS_FAULTS } from './redis.ts';
import { NAME_FAULTS, RECEIVER_FAULTS } from './environment.ts';

/** How each kind is injected and undone. */
export const FAULTS: Record<KindName, Inject> = {
  ...PROCESS_FAULTS,
  ...REDIS_FAULTS,
  ...NETWORK_FAULTS,
  ...NAME_FAULTS,
  ...RECEIVER_FAULTS,
};
