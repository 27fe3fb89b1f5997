import type { ChaosSystem } from '../system.ts';

/** Injects a fault, and returns how to undo it. */
export type Inject = (system: ChaosSystem, target: string) => Promise<() => Promise<void>>;
