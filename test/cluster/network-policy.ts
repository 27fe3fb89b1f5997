import { apply, kubectl, scale } from './kubectl.ts';
import { podOfProgram } from './pods.ts';
import { reachedFrom } from './reach.ts';

const NAME = 'listen';

/** Whether the cluster enforces NetworkPolicies. No API reports this, so it is tested with a pod. */
export async function networkPolicyIsEnforced(): Promise<boolean> {
  const selector = { matchLabels: { app: NAME } };
  const metadata = { name: NAME };
  await apply(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: NAME }, ports: [{ port: 8_080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 0, selector, template: await podOfProgram({ name: NAME }) },
    },
  );
  await scale(`deployment/${NAME}`, 1);
  const reachable = await reachedFrom({}, [`${NAME}:8080`, 'nowhere.invalid:1']);
  if (reachable.length === 0) throw new Error('Pods cannot reach each other');
  const spec = { podSelector: selector, policyTypes: ['Ingress'] };
  await apply({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
  const reached = await reachedFrom({}, [`${NAME}:8080`]);
  await kubectl(['delete', `deployment/${NAME}`, `service/${NAME}`, `networkpolicy/${NAME}`]);
  return reached.length === 0;
}
