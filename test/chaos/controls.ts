import { bare } from './bare.ts';
import type { CheckName } from './check.ts';
import type { RunOptions } from './drive.ts';
import { echo } from './subject.ts';

interface Control extends Pick<RunOptions, 'subject'> {
  readonly preload: readonly string[];
  readonly env: Record<string, string>;
  /** The checks of which at least one must report a violation. */
  readonly broken: readonly CheckName[];
}

/** Our service without one of its guards. */
function without(guard: string, ...broken: CheckName[]): Control {
  return {
    subject: echo,
    preload: [`${import.meta.dirname}/without-guard.mjs`],
    env: { CHAOS_WITHOUT: guard },
    broken,
  };
}

/** Systems that do not keep the promises: the checker must find it. */
export const CONTROLS = {
  bare: { subject: bare, preload: [], env: {}, broken: ['lost', 'stuck', 'wrong', 'twice', 'silent'] },
  'without-hand-over': without('hand-over', 'attempts'),
  'without-durable-acknowledgement': without('durable-acknowledgement', 'lost'),
  'without-reconnect': without('reconnect', 'stuck', 'silent'),
} satisfies Record<string, Control>;
