import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { VERSION } from '../generate/version.ts';
import { withAnnotations, withImages } from './chart.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const images = [
  { service: 'metrics-gateway', repository: 'ghcr.io/owner/primes-metrics-gateway', digest },
] as const;
const changes = { notes: '', entries: [{ kind: 'added', description: 'One thing: "it"' }] };

describe('withImages()', () => {
  it('refers to the images by digest, and keeps everything else', () => {
    const values =
      "metricsGateway:\n  image:\n    # -- Image repository\n    repository: primes-metrics-gateway\n    digest: ''\n";
    expect(withImages(values, { images })).toBe(
      `metricsGateway:\n  image:\n    # -- Image repository\n    repository: ${images[0].repository}\n    digest: '${digest}'\n`,
    );
  });
});

describe('withAnnotations()', () => {
  it('adds what Artifact Hub shows, each a YAML text', () => {
    const source = 'https://github.com/owner/primes';
    const chart = parse(
      withAnnotations('name: primes\nannotations:\n  a: b\n', { images, changes, source }),
    ) as {
      annotations: Record<string, string>;
    };
    expect(chart).toMatchObject({ name: 'primes', home: source, sources: [source] });
    expect(chart.annotations).toMatchObject({ a: 'b', 'artifacthub.io/prerelease': 'false' });
    expect(parse(chart.annotations['artifacthub.io/changes'] ?? '')).toEqual(changes.entries);
    expect(parse(chart.annotations['artifacthub.io/images'] ?? '')).toEqual([
      { name: 'metrics-gateway', image: `${images[0].repository}:${VERSION}@${digest}` },
    ]);
  });
});
