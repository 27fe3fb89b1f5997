import { run, runCommand } from '../../dev/command.ts';
import { CliError } from '../../dev/cli-error.ts';

const RESPONSE_MS = 20_000;
const UP_MS = 20 * 60_000;

/**
 * Runs the command in `CLUSTER_UP`, which starts a cluster and prints `export NAME=value` lines, and sets these
 * variables.
 */
export async function startCluster(command: string): Promise<void> {
  console.log(`Starting a cluster: ${command} …`);
  const shell = `exports=$(${command}) || exit 1; eval "$exports"; env -0`;
  const environment = await run(['bash', '-c', shell], { timeoutMs: UP_MS }).catch((error: unknown) => {
    throw new CliError(`CLUSTER_UP failed: ${(error as Error).message.slice(-2_000)}`, { cause: error });
  });
  for (const variable of environment.split('\0')) {
    const at = variable.indexOf('=');
    if (at > 0) process.env[variable.slice(0, at)] = variable.slice(at + 1);
  }
}

/** Checks the requirements of the suite and prints the context of the cluster. */
export async function requireCluster(): Promise<void> {
  const context = await ask(['kubectl', 'config', 'current-context'], 'No current kube context');
  await ask(['kubectl', 'version'], `The cluster of context ${context} does not respond`);
  await ask(['kubectl', 'get', 'crd', 'scaledobjects.keda.sh'], `KEDA is not installed in ${context}`);
  await ask(['helm', 'version'], 'Helm is missing');
  console.log(`Cluster: context ${context}`);
}

async function ask(command: readonly [string, ...string[]], problem: string): Promise<string> {
  const { ok, output } = await runCommand(command, { timeoutMs: RESPONSE_MS });
  if (!ok) throw new CliError(`${problem}: ${output}`);
  return output;
}
