import { expect, it } from '@jest/globals';
import { runCommand } from '../../dev/command.ts';
import { COLLECTOR_CONFIG } from '@primes/testing';

it("the collector's configuration is valid if no variable is set", async () => {
  const env = { PATH: process.env['PATH'] };
  const validate = ['otelcol-k8s', 'validate', `--config=${COLLECTOR_CONFIG}`] as const;
  const { ok, output } = await runCommand(validate, { env, timeoutMs: 20_000 });
  expect(ok ? '' : output).toBe('');
});
