import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { containersOf, podsOf } from '../pods.ts';
import { CHART, EXAMPLES, helm, render, renderText, VARIANTS } from '../render.ts';

/** Replicas of the worker's autoscaler at four times the concurrency. */
const WORKERS = 4;

describe('the chart', () => {
  it('passes the linter', async () => {
    const { ok, output } = await helm('lint', '--strict', CHART);
    expect(ok ? '' : output).toBe('');
  });

  it('renders all kinds by default, without access to a cluster', async () => {
    const kinds = new Set((await render()).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'Pod',
      'PodDisruptionBudget',
      'ScaledObject',
      'Secret',
      'Service',
      'ServiceAccount',
      'StatefulSet',
      'TriggerAuthentication',
    ]);
  });

  it.each(Object.entries(VARIANTS))('renders with %s', async (_name, values) => {
    const names = (await render(values)).map(({ kind, metadata: { name } }) => `${kind} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('Deployment primes-api');
  });

  it.each(Object.entries(VARIANTS))(
    'meets the Pod Security level "restricted", with %s',
    async (_name, values) => {
      const pods = podsOf(await render(values));
      expect(pods.length).toBeGreaterThanOrEqual(6);
      for (const { spec } of pods) {
        expect(spec.automountServiceAccountToken).toBe(false);
        expect(spec.securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        for (const volume of spec.volumes ?? []) expect(volume).not.toHaveProperty('hostPath');
        for (const container of containersOf(spec)) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(Object.keys(container.resources?.requests ?? {})).toEqual(['cpu', 'memory']);
          expect(Object.keys(container.resources?.limits ?? {})).toEqual(['cpu', 'memory']);
        }
      }
    },
  );

  it.each(EXAMPLES)('passes the linter with the example %s', async (example) => {
    const values = ['--values', join(CHART, 'examples', example)];
    const { ok, output } = await helm('lint', '--strict', CHART, ...values);
    expect(ok ? '' : output).toBe('');
  });

  it('renders with each --set of its README', async () => {
    const text = await readFile(join(CHART, 'README.md'), 'utf8');
    const sets = [...text.matchAll(/`--set '?([^'`]+)'?`/g)].map(([, set = '']) => set);
    expect(sets.length).toBeGreaterThan(4);
    for (const set of sets) await expect(render([set])).resolves.not.toEqual([]);
  });

  it('gives the same manifests each time with an existing Secret', async () => {
    expect(await renderText([], 'gitops.yaml')).toBe(await renderText([], 'gitops.yaml'));
  });

  it('requests few enough CPUs for a node of two CPUs that also runs KEDA, with four workers', async () => {
    const running = podsOf(await render()).filter(({ name }) => name !== 'primes-smoke-test');
    const cpus = running.map(
      ({ name, replicas, spec }) => cpuOf(spec) * (name === 'primes-worker' ? WORKERS : replicas),
    );
    expect(cpus.reduce((sum, cpu) => sum + cpu)).toBeLessThanOrEqual(1.1);
  });
});

function cpuOf(spec: Parameters<typeof containersOf>[0]): number {
  return containersOf(spec)
    .map(({ resources }) => String(resources?.requests['cpu']))
    .map((cpu) => (cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1_000 : Number(cpu)))
    .reduce((sum, cpu) => sum + cpu);
}
