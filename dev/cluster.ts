import { join } from 'node:path';
import { makeNamespace, removeNamespace } from '../test/cluster/namespace.ts';
import { networkPolicyIsEnforced } from '../test/cluster/network-policy.ts';
import { bringUp, requireCluster } from './cluster/context.ts';
import { conclude, type TestCounts } from './count-tests.ts';
import { SERVICES, buildImages, imageOf } from './images/build.ts';
import { provide } from './images/provide.ts';
import { ROOT } from './project.ts';
import { Refusal } from './refusal.ts';
import { runJest } from './run-jest.ts';

/** Scenarios whose file names end in this need a network that enforces NetworkPolicies. */
const POLICY = String.raw`\.policy\.cluster\.test\.ts$`;

/** Only ends what hangs: the scenarios wait for clusters in limits of their own. */
const LONGEST_MS = 15 * 60_000;

process.exit(await main(process.argv.slice(2)));

/** Runs the scenarios against the current kube context; the arguments go to Jest, which takes patterns of file names. */
async function main(args: readonly string[]): Promise<number> {
  let counts: TestCounts = { passed: 0, failed: 1 };
  try {
    counts = await runScenarios(args);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
  }
  return conclude(counts);
}

async function runScenarios(args: readonly string[]): Promise<TestCounts> {
  const { CLUSTER_UP } = process.env;
  if (CLUSTER_UP) await bringUp(CLUSTER_UP);
  await requireCluster();
  await buildImages();
  await provide(await Promise.all(SERVICES.map(imageOf)));
  await makeNamespace();
  try {
    const enforced = await networkPolicyIsEnforced();
    if (!enforced) console.log('Not run, since this cluster enforces no NetworkPolicy: scenarios 11 and 12');
    const options = [
      ...['--runInBand', `--testTimeout=${LONGEST_MS}`],
      `--testSequencer=${join(ROOT, 'test', 'cluster', 'in-order.mjs')}`,
    ];
    const ignored = enforced ? [] : [`--testPathIgnorePatterns=${POLICY}`];
    const { counts } = await runJest([...args, ...options, ...ignored, '--selectProjects', 'cluster']);
    return counts;
  } finally {
    await removeNamespace();
  }
}
