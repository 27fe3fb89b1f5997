import { check, type CheckName, type Violation } from './check.ts';
import { only, type Event, type History } from './history.ts';
import { ALL_KIND_NAMES, type AnyKindName } from './kinds.ts';

/** A violation counts towards the faults that were active up to so many milliseconds before or after it. */
const NEAR_MS = 30_000;

const HEADER = ['fault', 'injected', 'accepted again (s)', 'picked up again (s)'];
const COUNTED: readonly CheckName[] = ['lost', 'wrong', 'twice', 'stuck'];

interface Injected {
  readonly kind: AnyKindName;
  /** Milliseconds from the end of the fault to the next accepted task, and to the next pick-up. */
  readonly accepted: number | undefined;
  readonly pickedUp: number | undefined;
  readonly violations: readonly Violation[];
}

/** A table in Markdown: one line for each kind of fault; p50, p99 and the worst of each time. */
export function tableOf(histories: readonly History[]): string {
  const all = histories.flatMap(injectedIn);
  const lines = ALL_KIND_NAMES.map((kind) => ({ kind, faults: all.filter((fault) => fault.kind === kind) }))
    .filter(({ faults }) => faults.length > 0)
    .map(({ kind, faults }) =>
      line(
        `\`${kind}\``,
        faults,
        faults.flatMap(({ violations }) => violations),
      ),
    );
  const total = line('all', all, histories.flatMap(check));
  const header = [...HEADER, ...COUNTED];
  return [header, header.map(() => '---'), ...lines, total]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Prints what a run has violated. */
export function printViolations(file: string, history: History): void {
  const violations = check(history);
  for (const { check: name, detail, at } of violations) console.log(`  ${name} at ${at} ms: ${detail}`);
  console.log(`${file}: ${history.length} events, ${violations.length} violations`);
}

function line(name: string, faults: readonly Injected[], violations: readonly Violation[]) {
  return [
    name,
    faults.length,
    times(faults.map(({ accepted }) => accepted)),
    times(faults.map(({ pickedUp }) => pickedUp)),
    ...COUNTED.map((counted) => violations.filter(({ check }) => check === counted).length),
  ];
}

function injectedIn(history: History): Injected[] {
  const violations = check(history);
  const [faults, submissions] = [only(history, 'fault'), only(history, 'submit')];
  const accepted = submissions.filter(({ http }) => http?.status === 202);
  const pickUps = only(history, 'pick-up');
  return faults
    .filter(({ phase }) => phase === 'begin')
    .map(({ kind, number, at: begin }) => {
      const end = faults.find((event) => event.phase === 'end' && event.number === number)?.at ?? Infinity;
      return {
        kind,
        accepted: untilNext(accepted, end),
        pickedUp: untilNext(pickUps, end),
        violations: violations.filter(({ at }) => at > begin - NEAR_MS && at < end + NEAR_MS),
      };
    });
}

function untilNext(events: readonly Event[], since: number): number | undefined {
  const next = events.find(({ at }) => at >= since);
  return next && next.at - since;
}

function times(ms: readonly (number | undefined)[]): string {
  const sorted = ms.filter((one) => one !== undefined).toSorted((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
  return [0.5, 0.99, 1].map((q) => (quantile(q) / 1_000).toFixed(1)).join(', ');
}
