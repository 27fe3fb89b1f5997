import { join } from 'node:path';
import { runCommand } from './command.ts';
import { ROOT } from './project.ts';

/**
 * What the tests of the charts need, in folders of the same names below test/charts, and how to find out whether it is
 * there. kubeconform's own schemas have none of KEDA's kinds, so KUBECONFORM_SCHEMAS has to say where those are.
 * The charts that charts/observability wraps are what `helm dependency build` brings.
 */
const TOOLS = {
  helm: ['helm', 'version'],
  'helm-unittest': ['helm', 'unittest', '--help'],
  kubeconform: ['sh', '-c', 'kubeconform -v && test -n "$KUBECONFORM_SCHEMAS"'],
  'vmalert-tool': ['vmalert-tool', '--version'],
  'wrapped-charts': ['test', '-d', join(ROOT, 'charts', 'observability', 'charts')],
} as const;

export interface ChartTests {
  /** Options of Jest for the tests that can run; none if none can. */
  readonly options: readonly string[] | undefined;
  /** One line for each tool that is not there. */
  readonly missing: readonly string[];
}

/** Which tests of the charts can run here: they need tools that are no npm packages. */
export async function chartTests(): Promise<ChartTests> {
  const found = await Promise.all(
    Object.values(TOOLS).map((command) => runCommand(command, { timeoutMs: 20_000 })),
  );
  const missing = Object.keys(TOOLS).filter((_, index) => found[index]?.ok !== true);
  return {
    options: missing.includes('helm')
      ? undefined
      : [
          '--selectProjects',
          'charts',
          ...missing.map((tool) => `--testPathIgnorePatterns=/charts/(.*/)?${tool}/`),
        ],
    missing: missing.map((tool) => `${tool} is not here: the tests in test/charts/${tool} do not run`),
  };
}
