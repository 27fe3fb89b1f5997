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
  const [readme, page] = await Promise.all(['README', alert].map(read));
  const redis = /^redis\(\) .*$/m.exec(readme ?? '')?.[0];
  const block = /^## Diagnosis\n\n```sh\n([^]*?)^```$/m.exec(page ?? '')?.[1];
  if (redis === undefined || block === undefined) throw new Error(`${alert}.md has no commands`);
  // All of them run: some fail while a part is down.
  return runAsReader(`exec 2>&1\n${redis}\n${block}\ntrue`);
}

/** The command in the text of a runbook's mitigation that starts with these words. */
export async function mitigation(page: string, start: string): Promise<string> {
  const [, section = ''] = (await read(page)).split('\n## Mitigation\n');
  const command = Array.from(section.matchAll(/`([^`]+)`/g), ([, code = '']) => code).find((code) =>
    code.startsWith(start),
  );
  if (command === undefined) throw new Error(`The mitigation of ${page}.md has no command ${start}`);
  return command;
}

/** Runs a script in the namespace of the suite. */
export function runAsReader(script: string): Promise<string> {
  return run(['bash', '-c', `${KUBECTL}\n${script}`], { timeoutMs: 60_000 });
}

function read(page: string): Promise<string> {
  return readFile(join(FOLDER, `${page}.md`), 'utf8');
}
