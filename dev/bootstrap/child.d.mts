import type { SpawnOptions } from 'node:child_process';

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly signal?: NodeJS.Signals;
}

export function runToEnd(command: string, args: readonly string[], options: SpawnOptions): Promise<Ended>;
