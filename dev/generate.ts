import { DASHBOARDS } from '@primes/monitoring';
import { commonConfig, describeConfig } from '@primes/service-kit';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { apiConfig } from '../services/api/src/config.ts';
import { openApiDocument } from '../services/api/src/openapi.ts';
import { gatewayConfig } from '../services/metrics-gateway/src/config.ts';
import { workerConfig } from '../services/worker/src/config.ts';
import { chartConfigSchema, type ConfigValues } from './generate/chart-config.ts';
import { formatted } from './generate/formatted.ts';
import { replaceSection } from './generate/section.ts';
import { documentedValues, valuesTable } from './generate/values-table.ts';
import { variableTables } from './generate/variables-table.ts';
import { ROOT } from './project.ts';
import { startConfig } from './start/config.ts';

/** A file in the repository that is made, wholly or in part, from the sources. */
interface Generated {
  readonly file: string;
  /** Gives the new text; `current` is the present one, empty if there is no such file. */
  readonly make: (current: string) => string;
}

const CHART = 'charts/primes';

const GENERATED: readonly Generated[] = [
  { file: 'services/api/openapi.yaml', make: openApiYaml },
  { file: 'README.md', make: (current) => replaceSection(current, 'variables', variables()) },
  { file: `${CHART}/values.schema.json`, make: chartSchema },
  {
    file: `${CHART}/README.md`,
    make: (current) => replaceSection(current, 'values', valuesTable(documentedValues(chartValues()))),
  },
  // Helm reads no file outside of its chart.
  ...DASHBOARDS.map((dashboard) => ({
    file: `charts/observability/files/dashboards/${dashboard.uid ?? ''}.json`,
    make: () => JSON.stringify(dashboard),
  })),
  { file: 'charts/observability/files/rules.yaml', make: rules },
];

process.exit(await main(process.argv.slice(2)));

/** Writes the files that are out of date; with --check only names them, and fails if there are any. */
async function main(args: readonly string[]): Promise<number> {
  const check = args.includes('--check');
  let stale = 0;
  for (const { file, make } of GENERATED) {
    const path = join(ROOT, file);
    const current = await readFile(path, 'utf8').catch(() => '');
    const text = await formatted(make(current), path);
    if (text === current) continue;
    stale += 1;
    if (!check) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    console.log(check ? `${file} is out of date: npm run generate` : `${file} written`);
  }
  return check && stale > 0 ? 1 : 0;
}

function openApiYaml(): string {
  const document = openApiDocument({ maxN: apiConfig.shape.MAX_N.parse(undefined) });
  const comment = '# Generated from the schemas by `npm run generate`; do not edit.\n';
  // Aliases are legal YAML, but not every tool for OpenAPI follows them.
  return comment + stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function rules(): string {
  const comment = '# A copy of monitoring/rules/primes.yaml, written by `npm run generate`; do not edit.\n';
  const source = readFileSync(join(ROOT, 'monitoring/rules/primes.yaml'), 'utf8');
  return comment + source.replace(/^#.*\n/gm, '');
}

function variables(): string {
  return variableTables([
    { title: 'All three processes', variables: describeConfig(commonConfig) },
    { title: 'api', variables: describeConfig(apiConfig) },
    { title: 'worker', variables: describeConfig(workerConfig) },
    { title: 'metrics-gateway', variables: describeConfig(gatewayConfig) },
    { title: '`npm start`', variables: describeConfig(startConfig) },
  ]);
}

function chartValues(): string {
  return readFileSync(join(ROOT, CHART, 'values.yaml'), 'utf8');
}

/** The value `config` by the services' own schemas; the rest of the chart's schema stays as it is. */
function chartSchema(current: string): string {
  const schema = JSON.parse(current) as { properties: { config: object } };
  const { config } = parse(chartValues()) as { config: ConfigValues };
  const services = { api: apiConfig, worker: workerConfig, metricsGateway: gatewayConfig };
  schema.properties.config = chartConfigSchema({ common: commonConfig, services }, config);
  return JSON.stringify(schema);
}
