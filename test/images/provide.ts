import { runCommand } from '../../dev/command.ts';
import { CliError } from '../../dev/cli-error.ts';

const ANSWER_MS = 10_000;
const LOAD_MS = 300_000;

/**
 * Loads images of the local Docker engine into the nodes of a kind cluster, which have their own image store.
 * Assumes that any other cluster shares the engine.
 */
export async function provide(images: readonly string[]): Promise<void> {
  const { output: context } = await runCommand(['kubectl', 'config', 'current-context'], {
    timeoutMs: ANSWER_MS,
  });
  if (!context.startsWith('kind-')) return;
  const load = ['kind', 'load', 'docker-image', ...images, '--name', context.slice('kind-'.length)] as const;
  const { ok, output } = await runCommand(load, { timeoutMs: LOAD_MS });
  if (!ok) throw new CliError(`Loading the images into ${context} failed: ${output}`);
}
