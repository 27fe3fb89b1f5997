import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { namesIn } from './promql.ts';
import { parseRules, quicken } from './rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const rules = parseRules(read('monitoring/rules/primes.yaml'));
const alerts = rules.groups.flatMap((group) => group.rules.map((rule) => [rule.alert, rule] as const));
const tests = parse(read('monitoring/rules/primes.test.yaml')) as {
  tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
};

describe('the alerts', () => {
  it('are those of the design', () => {
    expect(alerts.map(([name]) => name)).toEqual([
      'HighTaskFailureRate',
      'SlowTaskExecution',
      'LowCacheHitRate',
      'RedisHighErrorRate',
      'HighAPIErrorRate',
      'QueueStuck',
      'WorkersAtMaximum',
      'ScalerBlind',
      'DeadLetterGrowth',
    ]);
  });

  it.each(alerts)(
    '%s says how bad it is, and what, in words with the value',
    (_, { labels, annotations }) => {
      expect(labels['severity']).toMatch(/^(critical|warning)$/);
      expect(annotations['summary']).toMatch(/^[^.{}]{10,80}$/);
      expect(annotations['description']).toMatch(/\.$/);
    },
  );

  it.each(alerts)('%s keeps installations apart', (_, { expr }) => {
    expect(namesIn(expr).labels).toContain('namespace');
  });

  it.each(alerts)('%s has a page for whoever is woken', (name, { annotations }) => {
    expect(annotations['runbook']).toBe(`docs/runbooks/${name}.md`);
    const page = read(`docs/runbooks/${name}.md`);
    const parts = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(parts).toEqual(['What it means', 'Look', 'Act', 'Why it can be wrong']);
    expect(page).toContain(`# ${name}\n`);
  });

  it('have pages that look for what the services log', () => {
    const sources = globSync('{services,packages}/*/src/**/*.ts', { cwd: ROOT }).map(read).join('\n');
    const pages = globSync('docs/runbooks/*.md', { cwd: ROOT }).map(read).join('\n');
    const sought = Array.from(pages.matchAll(/grep '"(.*?)"'/g), ([, message = '']) => message);
    expect(sought.length).toBeGreaterThan(3);
    for (const message of sought) expect(sources).toContain(`'${message}'`);
  });

  it.each(alerts)('%s is tested, firing and not firing', (name) => {
    const expectations = tests.tests
      .flatMap(({ alert_rule_test }) => alert_rule_test)
      .filter(({ alertname }) => alertname === name)
      .map(({ exp_alerts = [] }) => exp_alerts.length > 0);
    expect(new Set(expectations)).toEqual(new Set([true, false]));
  });
});

describe('quicken()', () => {
  it('divides every time and changes no threshold', () => {
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

  it('refuses what would not be whole seconds', () => {
    const rule = { alert: 'A', expr: 'rate(a[5m])', labels: {}, annotations: {} };
    expect(() => quicken({ groups: [{ name: 'g', rules: [rule] }] }, 7)).toThrow(
      new RangeError('5m cannot be divided by 7'),
    );
  });

  it('reads all of our rules', () => {
    const windows = JSON.stringify(quicken(rules, 30)).match(/\[\w+\]/g);
    expect(windows).not.toContain('[5m]');
    expect(windows).toContain('[10s]');
  });
});
