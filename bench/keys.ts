import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { YOUNG_GENERATION } from '@primes/service-kit/runtime';
import { createKey } from '../services/api/src/auth/key-file.ts';
import { CONNECTIONS, submitMany } from './load.ts';
import { atMost, perSecond, times, type Row } from './row.ts';
import { PROCESSES, inTurn, interleaved, median, medianRatio } from './statistics.ts';
import type { System } from './system.ts';

const ROUNDS = 24;
const SUBMISSIONS = 2_500;

/** The cost of authentication by keys for POST. */
export async function* keysRow(system: System): AsyncGenerator<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-keys-'));
  try {
    const file = join(folder, 'keys');
    const { key, line } = createKey({ name: 'bench', roles: ['submit'] });
    await writeFile(file, line);
    const [without, withKeys] = await interleaved(
      ROUNDS,
      await side(system, {}),
      await side(system, { AUTH_KEYS_FILE: file }, { authorization: `Bearer ${key}` }),
    );
    const ratio = medianRatio(withKeys, without);
    const rates = [withKeys, without].map((durations) => perSecond(SUBMISSIONS, median(durations)));
    yield {
      what: `time of POST /tasks with a key, ${CONNECTIONS} connections, against no authentication`,
      measured: `${times(ratio)} (${rates.join(' and ')})`,
      bar: atMost(ratio, 1.05, times),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function side(system: System, env: Record<string, string>, headers?: Record<string, string>) {
  const urls: string[] = [];
  while (urls.length < PROCESSES)
    // Without `--expose-gc`: a process that waits for its turn must not release its memory as idle.
    urls.push((await system.start('api', { ...env, NODE_OPTIONS: YOUNG_GENERATION })).url);
  const next = inTurn(urls);
  return () => submitMany(next(), SUBMISSIONS, headers);
}
