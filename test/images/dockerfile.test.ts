import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SERVICES } from '@primes/testing';
import { parse } from 'yaml';
import { ROOT } from '../../dev/project.ts';

/** The instructions, without comments, and each on one line. */
const instructions = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean);

describe('the Dockerfile', () => {
  it('pins each base image by digest', () => {
    const bases = instructions.filter((line) => /^ARG \w+_BASE=/.test(line));
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/^ARG \w+_BASE=\S+:\S+@sha256:[0-9a-f]{64}$/);
    const stages = new Set(instructions.flatMap((line) => / AS (\S+)$/.exec(line)?.[1] ?? []));
    for (const line of instructions.filter((each) => each.startsWith('FROM ')))
      expect(line).toMatch(
        new RegExp(`^FROM (--platform=\\S+ )?(\\$\\{\\w+_BASE\\}|${[...stages].join('|')}) AS `),
      );
  });

  it('runs commands on the platform of the builder only, so that images for arm64 need no emulation', () => {
    let stage = '';
    for (const line of instructions) {
      if (line.startsWith('FROM ')) stage = line;
      if (line.startsWith('RUN ')) expect(stage).toContain('FROM --platform=$BUILDPLATFORM ');
    }
  });

  it('keeps the files of dependencies that the services read', () => {
    const sources = globSync('services/*/src/**/*.ts', { cwd: ROOT })
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
      .join('\n');
    // The package, also if it has a scope, without the path in it.
    const read = sources.matchAll(/\bresolve\('((?:@[^/']+\/)?[^/']+)/g);
    const packages = new Set(Array.from(read, ([, name]) => name));
    expect(packages.size).toBeGreaterThan(2);
    const production = instructions.filter(
      (line) => line.includes('-delete') || line.startsWith('COPY --from=build'),
    );
    for (const name of packages) expect(production.join('\n')).toContain(`/${name}/`);
  });

  it('has the base images that the profile local-bases of Skaffold takes by tag', () => {
    const { profiles } = parse(readFileSync(join(ROOT, 'skaffold.yaml'), 'utf8')) as {
      profiles: { name: string; patches: { value: Record<string, string> }[] }[];
    };
    const bases = instructions.join('\n').matchAll(/^ARG (\w+_BASE)=([^@]+)@/gm);
    const args = Object.fromEntries(Array.from(bases, ([, arg = '', image = '']) => [arg, image]));
    const patches = profiles.find(({ name }) => name === 'local-bases')?.patches ?? [];
    expect(patches.map(({ value }) => value)).toEqual(SERVICES.map((SERVICE) => ({ SERVICE, ...args })));
  });
});
