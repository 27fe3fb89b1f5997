import { kubectl } from './kubectl.ts';
import { networkPolicyIsEnforced } from './network-policy.ts';
import { kubeletOfThisMachine } from './nodes.ts';

/** What the scenarios with these words in their file names need, and whether it is there. */
const NEEDS: Readonly<Record<string, readonly [what: string, isThere: () => Promise<boolean>]>> = {
  metrics: ['a metrics server', servesMetrics],
  policy: ['a network that enforces NetworkPolicies', networkPolicyIsEnforced],
  kubelet: ['one kubelet that is a process of this machine, and root', canStopKubelet],
};

/** Patterns of the file names of these scenarios; prints a line for each. */
export async function scenariosThatCannotRun(): Promise<readonly string[]> {
  const patterns: string[] = [];
  for (const [word, [what, isThere]] of Object.entries(NEEDS)) {
    if (await isThere()) continue;
    console.log(`Skipping the scenarios named ${word}: they need ${what}`);
    patterns.push(String.raw`\.${word}\.cluster\.test\.ts$`);
  }
  return patterns;
}

async function servesMetrics(): Promise<boolean> {
  const pods = kubectl(['get', '--raw', '/apis/metrics.k8s.io/v1beta1/pods']);
  return pods.then(
    () => true,
    () => false,
  );
}

async function canStopKubelet(): Promise<boolean> {
  return (await kubeletOfThisMachine()) !== undefined;
}
