import { runCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

const ANSWER_MS = 10_000;
const LOAD_MS = 300_000;

/**
 * Gives images of the local Docker engine to the nodes of the current cluster: kind's nodes have a store of their own.
 * Any other cluster is taken for one that shares the engine.
 */
export async function provide(images: readonly string[]): Promise<void> {
  const { output: context } = await runCommand(['kubectl', 'config', 'current-context'], {
    timeoutMs: ANSWER_MS,
  });
  if (!context.startsWith('kind-')) return;
  const load = ['kind', 'load', 'docker-image', ...images, '--name', context.slice('kind-'.length)] as const;
  const { ok, output } = await runCommand(load, { timeoutMs: LOAD_MS });
  if (!ok) throw new Refusal(`The images cannot be loaded into ${context}: ${output}`);
}
