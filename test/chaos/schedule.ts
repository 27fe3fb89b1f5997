import { KINDS, KIND_NAMES, type KindName } from './kinds.ts';
import { randomFrom, type Random } from './random.ts';

/** A fault of a schedule. */
export interface Fault {
  readonly number: number;
  readonly kind: KindName;
  readonly target: string;
  /** Seconds from the start of the run. */
  readonly at: number;
  readonly seconds: number;
}

interface ScheduleOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Kinds that this machine cannot inject. */
  readonly without?: readonly KindName[];
}

/** Two faults at a time. */
const LANES = 2;
/** Seconds of load before the first fault. */
const WARM_UP = 3;
/** Shortest and longest pause of a lane, in seconds. */
const PAUSE = [1, 3] as const;

/**
 * The faults of a run: a function of the seed. A shorter schedule is the beginning of a longer one. Each kind occurs once
 * before any occurs again, with a random target.
 */
export function scheduleOf({ seed, minutes, without = [] }: ScheduleOptions): Fault[] {
  const random = randomFrom(seed);
  const kinds = KIND_NAMES.filter((kind) => !without.includes(kind));
  const lanes = Array.from({ length: LANES }, () => ({ free: WARM_UP, busy: '' }));
  const faults: Fault[] = [];
  let left: KindName[] = [];
  for (;;) {
    const [lane, other] = lanes.toSorted((a, b) => a.free - b.free) as [Lane, Lane];
    if (lane.free >= minutes * 60) break;
    if (left.length === 0) left = random.shuffled(kinds);
    const next = choose(
      [...left, ...random.shuffled(kinds)],
      random,
      other.free > lane.free ? other.busy : '',
    );
    left = left.filter((kind) => kind !== next.kind);
    const seconds = secondsOf(random, next.kind);
    faults.push({ number: faults.length + 1, ...next, at: round(lane.free), seconds });
    lane.busy = resourceOf(next);
    lane.free += seconds + PAUSE[0] + random.real() * (PAUSE[1] - PAUSE[0]);
  }
  return faults;
}

interface Lane {
  free: number;
  /** The resource that its last fault uses. */
  busy: string;
}

/** What a fault uses: a process, its network, Redis, … */
export function resourceOf({ kind, target }: Pick<Fault, 'kind' | 'target'>): string {
  const { resource } = KINDS[kind];
  return resource === 'redis' ? resource : `${resource} ${target}`;
}

/** The first kind with a target that does not use the busy resource. */
function choose(kinds: readonly KindName[], random: Random, busy: string): Pick<Fault, 'kind' | 'target'> {
  for (const kind of kinds) {
    const targets = KINDS[kind].targets.filter((target) => resourceOf({ kind, target }) !== busy);
    const [first, ...rest] = targets;
    if (first !== undefined) return { kind, target: random.pick([first, ...rest]) };
  }
  throw new Error(`Every fault uses ${busy}`);
}

/** Short durations are as likely as long ones, on a logarithmic scale. */
function secondsOf(random: Random, kind: KindName): number {
  const [min, max] = KINDS[kind].seconds;
  return round((min + 1) * ((max + 1) / (min + 1)) ** random.real() - 1);
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
