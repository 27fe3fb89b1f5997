import { readFile, readdir } from 'node:fs/promises';
import { kubectl } from './kubectl.ts';

/** The node on which a pod runs. */
export async function nodeOf(pod: string): Promise<string> {
  return kubectl(['get', 'pod', pod, '--output', 'jsonpath={.spec.nodeName}']);
}

/** The processes of this machine with this name, or with this text in their control group, such as the uid of a pod. */
export async function processesWith(match: { readonly name: string } | { readonly group: string }) {
  const [file, is] =
    'name' in match
      ? ['comm', (text: string) => text.trim() === match.name]
      : // The systemd driver writes the uid of a pod with underscores.
        ['cgroup', (text: string) => text.replaceAll('_', '-').includes(match.group)];
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // It may have ended meanwhile.
    const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    if (is(text)) found.push(Number(pid));
  }
  return found;
}

/**
 * The process of the cluster's kubelet; undefined unless it is the only one of this machine, and this process can stop it
 * and those of the pods.
 */
export async function kubeletOfThisMachine(): Promise<number | undefined> {
  const [kubelet, ...others] = await processesWith({ name: 'kubelet' });
  return others.length === 0 && process.getuid?.() === 0 ? kubelet : undefined;
}
