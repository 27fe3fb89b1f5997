import { appendFile } from 'node:fs/promises';
import { describe, it } from '@jest/globals';
import { ENGINES, type EngineName } from './engines.ts';
import { run, SETTINGS, type SettingName } from './run.ts';
import type { Measured } from './table.ts';

/** Longer than a failover with all checks. */
const MAX_FAILOVER_MS = 180_000;

const { FAILOVERS = '', FAILOVER_RESULTS = '' } = process.env;

describe.each(Object.keys(SETTINGS) as SettingName[])('%s', (setting) => {
  describe.each(Object.keys(ENGINES) as EngineName[])('%s', (engine) => {
    const failovers = (JSON.parse(FAILOVERS) as Record<EngineName, number>)[engine];
    it(
      `${failovers} failovers`,
      async () => {
        const measured: Measured = { engine, setting, failovers: await run({ engine, setting, failovers }) };
        await appendFile(FAILOVER_RESULTS, `${JSON.stringify(measured)}\n`);
      },
      (failovers + 1) * MAX_FAILOVER_MS,
    );
  });
});
