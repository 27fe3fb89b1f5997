import { run, runCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

const ANSWER_MS = 20_000;
const UP_MS = 20 * 60_000;

/**
 * Runs a command that brings up a cluster and prints `export NAME=value` lines for a shell, as `CLUSTER_UP` may name
 * one, and takes over what it exports.
 */
export async function bringUp(command: string): Promise<void> {
  console.log(`Bringing up a cluster: ${command} …`);
  const shell = `exports=$(${command}) || exit 1; eval "$exports"; env -0`;
  const environment = await run(['bash', '-c', shell], { timeoutMs: UP_MS }).catch((error: unknown) => {
    throw new Refusal(`CLUSTER_UP failed: ${(error as Error).message.slice(-2_000)}`, { cause: error });
  });
  for (const variable of environment.split('\0')) {
    const at = variable.indexOf('=');
    if (at > 0) process.env[variable.slice(0, at)] = variable.slice(at + 1);
  }
}

/** Makes sure that there is all that the suite cannot do without, and says which cluster it is. */
export async function requireCluster(): Promise<void> {
  const context = await ask(['kubectl', 'config', 'current-context'], 'There is no kube context');
  await ask(['kubectl', 'version'], `The cluster of context ${context} does not answer`);
  await ask(['kubectl', 'get', 'crd', 'scaledobjects.keda.sh'], `KEDA is not installed in ${context}`);
  await ask(['helm', 'version'], 'Helm is missing');
  console.log(`Cluster: context ${context}`);
}

async function ask(command: readonly [string, ...string[]], complaint: string): Promise<string> {
  const { ok, output } = await runCommand(command, { timeoutMs: ANSWER_MS });
  if (!ok) throw new Refusal(`${complaint}: ${output}`);
  return output;
}
