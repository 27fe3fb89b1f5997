import { join } from 'node:path';
import { makeNamespace, removeNamespace } from './namespace.ts';
import { scenariosThatCannotRun } from './needs.ts';
import { startCluster, requireCluster } from './context.ts';
import { conclude, type TestCounts } from '../runner/count-tests.ts';
import { SERVICES } from '@primes/testing';
import { imageOf } from '../../dev/release/images.ts';
import { buildImages } from '../images/build.ts';
import { provide } from '../images/provide.ts';
import { ROOT } from '../../dev/project.ts';
import { CliError } from '../../dev/cli-error.ts';
import { runJest } from '../runner/run-jest.ts';

/** Ends only a test that hangs: the scenarios have their own timeouts. */
const MAX_TEST_MS = 15 * 60_000;

process.exit(await main(process.argv.slice(2)));

/** Runs the scenarios against the current kube context; the arguments are patterns of file names for Jest. */
async function main(args: readonly string[]): Promise<number> {
  let counts: TestCounts = { passed: 0, failed: 1 };
  try {
    counts = await runScenarios(args);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(error.message);
  }
  return conclude(counts);
}

async function runScenarios(args: readonly string[]): Promise<TestCounts> {
  const { CLUSTER_UP } = process.env;
  if (CLUSTER_UP) await startCluster(CLUSTER_UP);
  await requireCluster();
  await buildImages();
  await provide(SERVICES.map(imageOf));
  await makeNamespace();
  try {
    const ignored = await scenariosThatCannotRun();
    const options = [
      ...['--runInBand', `--testTimeout=${MAX_TEST_MS}`],
      `--testSequencer=${join(ROOT, 'test', 'cluster', 'in-order.mjs')}`,
    ];
    const without = ignored.map((pattern) => `--testPathIgnorePatterns=${pattern}`);
    const { counts } = await runJest([...args, ...options, ...without, '--selectProjects', 'cluster']);
    return counts;
  } finally {
    await removeNamespace();
  }
}
