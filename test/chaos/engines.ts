import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from '../../dev/apt.ts';
import { findLibfaketime } from './clock.ts';
import { mountDisk } from './disk.ts';
import type { KindName } from './kinds.ts';

interface Missing {
  readonly why: string;
  readonly kinds: readonly KindName[];
}

/** The kinds of faults that cannot be injected on this machine; prints a line with the reason. Installs libfaketime. */
export async function missingKinds(): Promise<KindName[]> {
  const missing: Missing[] = [];
  if ((await findLibfaketime()) === undefined && !(await installPackage('libfaketime')))
    missing.push({ why: 'libfaketime is not installed', kinds: ['clock-forward', 'clock-back'] });
  if (!(await canMount()))
    missing.push({ why: 'mounting a tmpfs is not permitted', kinds: ['redis-disk-full'] });
  for (const { why, kinds } of missing) console.log(`No faults ${kinds.join(', ')}: ${why}`);
  return missing.flatMap(({ kinds }) => kinds);
}

async function canMount(): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'primes-chaos-'));
  const disk = await mountDisk(dir);
  await disk?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
  return disk !== undefined;
}
