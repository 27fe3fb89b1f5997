import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../../../dev/project.ts';
import { renderWhole } from '../observability.ts';
import { helm, type Manifest } from '../render.ts';

const CHART = join(ROOT, 'charts', 'observability');

/** More fields of manifests that the tests read. */
interface Rendered extends Manifest {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selectAllByDefault?: boolean;
    readonly port?: string;
    readonly retentionPeriod?: string;
    readonly datasource?: { readonly url: string };
    readonly extraArgs?: Readonly<Record<string, string>>;
    readonly ports?: readonly { readonly port: number }[];
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
}

let manifests: readonly Rendered[];
beforeAll(async () => {
  manifests = await renderWhole();
});

const all = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const named = (kind: string) => all(kind).map(({ metadata }) => metadata.name);

function one(kind: string, name: string): Rendered {
  const found = all(kind).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`No ${kind} ${name}; found ${named(kind).join(', ')}`);
  return found;
}

function container(deployment: string, name: string): Container {
  const { containers = [] } = one('Deployment', deployment).spec?.template?.spec ?? {};
  const found = containers.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`No container ${name} in ${deployment}`);
  return found;
}

const env = (deployment: string, name: string) =>
  new Map(container(deployment, name).env?.map((variable) => [variable.name, variable]));

/** The values of a chart in charts/, packed or unpacked. */
async function valuesOf(chart: string): Promise<object> {
  const dependencies = (await helm('dependency', 'list', CHART)).output;
  const version = new RegExp(`^${chart}\\s+(\\S+)`, 'm').exec(dependencies)?.[1] ?? '';
  for (const path of [chart, `${chart}-${version}.tgz`]) {
    const { ok, output } = await helm('show', 'values', join(CHART, 'charts', path));
    if (ok) return parse(output) as object;
  }
  throw new Error(`Chart ${chart} ${version} not found`);
}

/** The paths of `own` that are not in `theirs`; empty maps of `theirs` allow any path. */
function unknownPaths(own: unknown, theirs: unknown, path = ''): string[] {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (theirs === undefined) return [path];
  if (!isMap(own) || !isMap(theirs) || Object.keys(theirs as object).length === 0) return [];
  return Object.entries(own as object).flatMap(([key, value]) =>
    unknownPaths(value, (theirs as Record<string, unknown>)[key], `${path}/${key}`),
  );
}

describe('the chart observability with its dependencies', () => {
  it.each([
    // The CRDs define which fields the operator's resources allow beyond those of the chart.
    ['stack', 'victoria-metrics-k8s-stack', /^\/enabled$|^\/\w+\/spec\//],
    // Documented only in a comment of its values.
    ['grafana', 'grafana', /^\/(enabled|fullnameOverride)$/],
  ] as const)('sets only values that the wrapped chart has: %s', async (alias, chart, free) => {
    const own = parse(await readFile(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;
    const unknown = unknownPaths(own[alias], await valuesOf(chart)).filter((path) => !free.test(path));
    expect(unknown).toEqual([]);
  });

  it('points datasources and the sidecars of charts/primes to existing Services', async () => {
    const metrics = `http://vmsingle-${one('VMSingle', 'vmks').metadata.name}.observability.svc`;
    const traces = `http://vtsingle-${one('VTSingle', 'vmks').metadata.name}.observability.svc`;
    expect(one('VMSingle', 'vmks').spec?.port).toBe('8428');
    expect(one('VTSingle', 'vmks').spec?.port).toBe('10428');
    // The wrapped chart expects this name of its operator.
    expect(one('VMAlert', 'vmks').spec?.datasource?.url).toBe(`${metrics}.cluster.local.:8428`);
    const sources = parse(one('ConfigMap', 'datasources-primes').data?.['primes.yaml'] ?? '') as {
      datasources: { name: string; url: string }[];
    };
    expect(Object.fromEntries(sources.datasources.map(({ name, url }) => [name, url]))).toEqual({
      VictoriaMetrics: `${metrics}:8428`,
      Prometheus: `${metrics}:8428`,
      VictoriaTraces: `${traces}:10428/select/jaeger`,
    });
    const { telemetry } = parse(await readFile(join(ROOT, 'charts/primes/values.yaml'), 'utf8')) as {
      telemetry: { metricsEndpoint: string; tracesEndpoint: string };
    };
    expect(telemetry.metricsEndpoint).toBe(`${metrics}:8428/opentelemetry/v1/metrics`);
    expect(telemetry.tracesEndpoint).toBe(`${traces}:10428/insert/opentelemetry/v1/traces`);
  });

  it('keeps metrics for 30 days and traces for 7', () => {
    const { retentionPeriod } = one('VMSingle', 'vmks').spec ?? {};
    expect(retentionPeriod).toBe('30d');
    expect(one('VTSingle', 'vmks').spec?.retentionPeriod).toBe('7d');
  });

  it('provides its rules to vmalert', () => {
    expect(named('VMRule')).toEqual(['primes-alerts']);
    expect(one('VMAlert', 'vmks').spec?.selectAllByDefault).toBe(true);
    expect(named('VMAlertmanager')).toEqual(['vmks']);
  });

  it('has one Grafana, with sidecars that select our labels and our generated password', () => {
    const images = all('Deployment').flatMap(({ spec }) => spec?.template?.spec.containers ?? []);
    expect(images.filter(({ image }) => image.includes('grafana/grafana:'))).toHaveLength(1);
    for (const [sidecar, map] of [
      ['grafana-sc-dashboard', 'dashboard-prime-api-metrics'],
      ['grafana-sc-datasources', 'datasources-primes'],
    ] as const) {
      const variables = env('grafana', sidecar);
      const label = variables.get('LABEL')?.value ?? '';
      const labels = one('ConfigMap', map).metadata.labels ?? {};
      expect(labels[label]).toBe(variables.get('LABEL_VALUE')?.value);
    }
    const password = env('grafana', 'grafana').get('GF_SECURITY_ADMIN_PASSWORD')?.valueFrom?.secretKeyRef;
    const secret = one('Secret', password?.name ?? '');
    expect(Buffer.from(secret.data?.[password?.key ?? ''] ?? '', 'base64').toString()).toMatch(/^\w{24}$/);
  });

  it('contains the Service that the notes forward a port to', () => {
    expect(one('Service', 'grafana').spec?.ports?.map(({ port }) => port)).toEqual([80]);
  });

  it('downloads nothing at runtime, and scrapes no component of the cluster', () => {
    expect(named('CronJob')).toEqual([]);
    expect(named('Job')).toEqual(['observability-victoria-metrics-operator-cleanup-hook']);
    expect(named('DaemonSet')).toEqual([]);
    const scrapes = [...named('VMServiceScrape'), ...named('VMNodeScrape')].join(' ');
    expect(scrapes).not.toMatch(/api-server|kubelet|dns|node|state|etcd|scheduler|controller-manager|proxy/);
  });

  it('scrapes the components of the cluster with cluster.values.yaml', async () => {
    const whole = await renderWhole(['--values', join(CHART, 'cluster.values.yaml')]);
    expect(whole.map(({ metadata }) => metadata.name).join(' ')).toContain('kube-api-server');
    expect(whole.filter(({ kind }) => kind === 'DaemonSet')).toHaveLength(1);
  });
});
