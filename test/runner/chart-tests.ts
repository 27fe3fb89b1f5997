import { join } from 'node:path';
import { runCommand } from '../../dev/command.ts';
import { ROOT } from '../../dev/project.ts';

/**
 * The tools of the chart tests, in folders of the same names below test/charts, and a command that detects each.
 * kubeconform's built-in schemas lack KEDA's kinds, so KUBECONFORM_SCHEMAS must name their folder.
 * `npm run charts` downloads the charts that charts/observability wraps.
 */
const TOOLS = {
  helm: ['helm', 'version'],
  'helm-unittest': ['helm', 'unittest', '--help'],
  kubeconform: ['sh', '-c', 'helm version && kubeconform -v && test -n "$KUBECONFORM_SCHEMAS"'],
  'vmalert-tool': ['vmalert-tool', '--version'],
  'wrapped-charts': [
    'sh',
    '-c',
    `helm version && test -d '${join(ROOT, 'charts', 'observability', 'charts')}'`,
  ],
  // macOS has no `timeout`.
  'redis-tools': ['sh', '-c', 'redis-cli --version && redis-check-rdb --version && timeout 1 true'],
} as const;

export interface ChartTests {
  /** Jest options for the tests that can run; undefined if none can. */
  readonly options: readonly string[] | undefined;
  /** One line for each missing tool. */
  readonly missing: readonly string[];
}

/** The chart tests that can run here: they need tools that are not npm packages. */
export async function chartTests(): Promise<ChartTests> {
  const found = await Promise.all(
    Object.values(TOOLS).map((command) => runCommand(command, { timeoutMs: 20_000 })),
  );
  const tools = Object.keys(TOOLS);
  const missing = tools.filter((_, index) => found[index]?.ok !== true);
  return {
    options:
      missing.length === tools.length
        ? undefined
        : [
            '--selectProjects',
            'charts',
            ...missing.map((tool) => `--testPathIgnorePatterns=/charts/(.*/)?${tool}/`),
          ],
    missing: missing.map((tool) => `${tool} is missing: skipping test/charts/${tool}`),
  };
}
