import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../dev/project.ts';
import { run } from '../../dev/command.ts';
import { NAMESPACE } from './kubectl.ts';

const FOLDER = join(ROOT, 'docs', 'runbooks');
/** Stands for the namespace of the current context, which readers set. */
const KUBECTL = `kubectl() { case "$*" in --namespace*) ;; *) set -- --namespace ${NAMESPACE} "$@" ;; esac; command kubectl "$@"; }`;

/** Runs the commands of a runbook's diagnosis, as its reader does, and returns what they print. */
export async function diagnose(alert: string): Promise<string> {
  const [readme, page] = await Promise.all(
    ['README', alert].map((name) => readFile(join(FOLDER, `${name}.md`), 'utf8')),
  );
  const redis = /^redis\(\) .*$/m.exec(readme ?? '')?.[0];
  const block = /^## Diagnosis\n\n```sh\n([^]*?)^```$/m.exec(page ?? '')?.[1];
  if (redis === undefined || block === undefined) throw new Error(`${alert}.md has no commands`);
  // All of them run: some fail while a part is down.
  return run(['bash', '-c', `exec 2>&1\n${KUBECTL}\n${redis}\n${block}\ntrue`], { timeoutMs: 60_000 });
}
