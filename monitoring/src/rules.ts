import { parse } from 'yaml';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A file of rules as Prometheus and vmalert read it, and the `spec` of a VMRule. */
export interface RuleGroups {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly AlertRule[];
  }[];
}

export function parseRules(yaml: string): RuleGroups {
  return parse(yaml) as RuleGroups;
}

/**
 * The same rules with all their times divided: the windows of their queries, and how long a condition must hold.
 * Thresholds stay, so that a test sees in seconds what takes minutes in service.
 *
 * @throws {RangeError} If a time would not be whole seconds
 */
export function quicken(rules: RuleGroups, factor: number): RuleGroups {
  const shorter = (time: string) => divide(time, factor);
  return {
    groups: rules.groups.map(({ name, rules: alerts }) => ({
      name,
      rules: alerts.map((alert) => ({
        ...alert,
        expr: alert.expr.replace(/\[(\w+)\]/g, (_, time: string) => `[${shorter(time)}]`),
        ...(alert.for !== undefined && { for: shorter(alert.for) }),
      })),
    })),
  };
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

function divide(time: string, factor: number): string {
  const [, count, unit = ''] = /^(\d+)([smh])$/.exec(time) ?? [];
  const seconds = (Number(count) * (SECONDS[unit] ?? NaN)) / factor;
  if (!Number.isInteger(seconds)) throw new RangeError(`${time} cannot be divided by ${factor}`);
  return `${seconds}s`;
}
