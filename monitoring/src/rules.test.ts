import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { namesIn } from './promql.ts';
import { parseRules, quicken, rulesYaml } from './rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const rules = parseRules(rulesYaml('word_count'));
const alerts = rules.groups.flatMap((group) => group.rules.map((rule) => [rule.alert, rule] as const));
const tests = globSync('monitoring/rules/*.test.yaml', { cwd: ROOT }).flatMap(
  (file) =>
    (
      parse(read(file)) as {
        tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
      }
    ).tests,
);

describe('the alerts', () => {
  it('are these', () => {
    expect(alerts.map(([name]) => name)).toEqual([
      'HighTaskFailureRate',
      'SlowTaskExecution',
      'RedisHighErrorRate',
      'HighAPIErrorRate',
      'ApiSaturated',
      'QueueStuck',
      'WorkersAtMaximum',
      'TooFewWorkers',
      'ScalerNotCalled',
      'ScalerBlind',
      'LoopStalled',
      'RedisMemoryHigh',
      'RedisDiskHigh',
      'SubmissionsRefused',
      'DeadLetterGrowth',
      'LowCacheHitRate',
    ]);
  });

  it('have the prefix of the job, except for those of the primes', () => {
    const prefixes = (group: string) =>
      rules.groups
        .filter(({ name }) => name === group)
        .flatMap((found) => found.rules.flatMap(({ expr }) => [...namesIn(expr).metrics]))
        .map((metric) => /^(word_count|prime|PREFIX)_/.exec(metric)?.[1])
        .filter((prefix) => prefix !== undefined);
    expect(new Set(prefixes('tasks'))).toEqual(new Set(['word_count']));
    expect(new Set(prefixes('primes'))).toEqual(new Set(['prime']));
  });

  it.each(alerts)('%s has a severity, a summary and a description', (_, { labels, annotations }) => {
    expect(labels['severity']).toMatch(/^(critical|warning)$/);
    expect(annotations['summary']).toMatch(/^[^.{}]{10,80}$/);
    expect(annotations['description']).toMatch(/\.$/);
  });

  it.each(alerts)('%s is evaluated by namespace', (_, { expr }) => {
    expect(namesIn(expr).labels).toContain('namespace');
  });

  it.each(alerts)('%s has a runbook', (name, { annotations }) => {
    expect(annotations['runbook']).toBe(`docs/runbooks/${name}.md`);
    const page = read(`docs/runbooks/${name}.md`);
    const parts = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(parts).toEqual(['What it means', 'Diagnosis', 'Mitigation', 'False positives']);
    expect(page).toContain(`# ${name}\n`);
  });

  it('have runbooks that search for messages that the services log', () => {
    const sources = globSync('{services,packages}/*/src/**/*.ts', { cwd: ROOT }).map(read).join('\n');
    const pages = globSync('docs/runbooks/*.md', { cwd: ROOT }).map(read).join('\n');
    const searched = Array.from(pages.matchAll(/grep '"(.*?)"'/g), ([, message = '']) => message);
    expect(searched.length).toBeGreaterThan(3);
    for (const message of searched) expect(sources).toContain(`'${message}'`);
  });

  it.each(alerts)('%s has a test that it fires and one that it does not', (name) => {
    const expectations = tests
      .flatMap(({ alert_rule_test }) => alert_rule_test)
      .filter(({ alertname }) => alertname === name)
      .map(({ exp_alerts = [] }) => exp_alerts.length > 0);
    expect(new Set(expectations)).toEqual(new Set([true, false]));
  });
});

describe('quicken()', () => {
  it('divides every duration and changes no threshold', () => {
    const rule = {
      alert: 'A',
      expr: 'rate(a[5m]) / rate(b[1h]) > 60',
      for: '10m',
      labels: {},
      annotations: {},
    };
    const [group] = quicken({ groups: [{ name: 'g', rules: [rule] }] }, 30).groups;
    expect(group?.rules).toEqual([{ ...rule, expr: 'rate(a[10s]) / rate(b[120s]) > 60', for: '20s' }]);
  });

  it('refuses a result that is not in whole seconds', () => {
    const rule = { alert: 'A', expr: 'rate(a[5m])', labels: {}, annotations: {} };
    expect(() => quicken({ groups: [{ name: 'g', rules: [rule] }] }, 7)).toThrow(
      new RangeError('5m cannot be divided by 7'),
    );
  });

  it('reads all our rules', () => {
    const windows = JSON.stringify(quicken(rules, 30)).match(/\[\w+\]/g);
    expect(windows).not.toContain('[5m]');
    expect(windows).toContain('[10s]');
  });
});
