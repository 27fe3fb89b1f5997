import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const FOLDER = join(import.meta.dirname, '../rules');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A rules file as Prometheus and vmalert read it; also the `spec` of a VMRule. */
export interface RuleGroups {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly AlertRule[];
  }[];
}

/** The rules of monitoring/rules for a job whose metrics have this prefix. */
export function rulesYaml(metricPrefix: string): string {
  const files = globSync('*.yaml', { cwd: FOLDER, exclude: ['*.test.yaml'] }).sort();
  const groups = files.map((file) =>
    readFileSync(join(FOLDER, file), 'utf8').replace(/^(#.*|groups:)\n/gm, ''),
  );
  return `groups:\n${groups.join('\n').replaceAll('PREFIX_', `${metricPrefix}_`)}`;
}

export function parseRules(yaml: string): RuleGroups {
  return parse(yaml) as RuleGroups;
}

/**
 * Divides all durations: the windows of the queries and `for`. Thresholds stay, so that an alert fires in a test
 * after seconds instead of minutes.
 *
 * @throws {RangeError} If a duration would not be whole seconds
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
