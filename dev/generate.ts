import type { ResultFormat } from '@primes/contracts';
import {
  dashboards,
  loadDashboard,
  renderDashboard,
  renderTrace,
  rulesYaml,
  type DashboardJson,
  type RecordedSpan,
  type Recording,
} from '@primes/monitoring';
import { primes as job } from '@primes/primes';
import { resultReader } from '@primes/primes/result';
import { runner } from '@primes/primes/run';
import { commonConfig, describeConfig, withVariables } from '@primes/service-kit';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import openapiTypes, { astToString } from 'openapi-typescript';
import { parse, parseDocument, stringify } from 'yaml';
import * as z from 'zod';
import { apiConfig } from '../services/api/src/config.ts';
import { openApiDocument } from '../services/api/src/openapi.ts';
import { gatewayConfig } from '../services/metrics-gateway/src/config.ts';
import { workerConfig } from '../services/worker/src/config.ts';
import { chartConfigSchema, type ConfigValues } from './generate/chart-config.ts';
import { describeValues } from './generate/chart-schema.ts';
import { formatted } from './generate/formatted.ts';
import { replaceSection } from './generate/section.ts';
import { documentedValues, valuesTable } from './generate/values-table.ts';
import { variableTables } from './generate/variables-table.ts';
import { VERSION, VERSIONED } from './generate/version.ts';
import { ROOT } from './project.ts';
import { licencesList } from './release/licences.ts';
import { readLockFile } from './release/shipped.ts';
import { startConfig } from './start/config.ts';

/** A file that is generated, wholly or in part, from the sources. */
interface Generated {
  readonly file: string;
  /** Returns the new text; `current` is the text of the file, empty if it does not exist. */
  readonly make: (current: string) => string | Promise<string>;
}

const CHART = 'charts/primes';

const GENERATED: readonly Generated[] = [
  ...VERSIONED,
  { file: 'services/api/openapi.yaml', make: openApiYaml },
  { file: 'packages/client/src/generated/openapi.ts', make: clientTypes },
  { file: 'docs/configuration.md', make: (current) => replaceSection(current, 'variables', variables()) },
  {
    file: 'docs/licences.md',
    make: (current) => replaceSection(current, 'licences', licencesList(readLockFile())),
  },
  { file: `${CHART}/values.yaml`, make: chartJob },
  { file: `${CHART}/values.schema.json`, make: chartSchema },
  {
    file: `${CHART}/README.md`,
    make: (current) => replaceSection(current, 'values', valuesTable(documentedValues(chartValues()))),
  },
  // Helm cannot read files outside its chart.
  ...dashboards(job).map((dashboard) => ({
    file: `charts/observability/files/dashboards/${dashboard.uid ?? ''}.json`,
    make: () => JSON.stringify(dashboard),
  })),
  { file: 'charts/observability/files/rules.yaml', make: rules },
  { file: 'docs/dashboards/api-overview.svg', make: () => dashboardSvg('api-overview') },
  { file: 'docs/load.svg', make: () => dashboardSvg('load') },
  { file: 'docs/trace.svg', make: () => renderTrace(recordingOf('trace') as RecordedSpan[]) },
];

/** Undefined for a job whose result is what its run returned. */
const formats: readonly ResultFormat[] | undefined = resultReader.formats;
const api = withVariables(apiConfig, job.variables);
const worker = withVariables(workerConfig, runner.variables);

process.exit(await main(process.argv.slice(2)));

/** Writes the files that are out of date; with --check only lists them, and fails if there are any. */
async function main(args: readonly string[]): Promise<number> {
  const check = args.includes('--check');
  let stale = 0;
  for (const { file, make } of GENERATED) {
    const path = join(ROOT, file);
    const current = await readFile(path, 'utf8').catch(() => '');
    // npm formats the lock file itself.
    const made = await make(current);
    const text = file === 'package-lock.json' ? made : await formatted(made, path);
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

function openApi(auth: { readonly AUTH_KEYS_FILE?: string } = {}): object {
  const config = { ...z.object(job.variables).parse({}), ...auth };
  const document = openApiDocument(job, { formats, config }) as { info: { version: string } };
  // The api read its package.json before this run updated it.
  document.info.version = VERSION;
  return document;
}

function openApiYaml(): string {
  const comment = '# Generated from the schemas by `npm run generate`; do not edit.\n';
  // Not every OpenAPI tool supports YAML aliases.
  return comment + stringify(openApi(), { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** With the calls that only an api with authentication has. Fields with a default are optional in a request. */
async function clientTypes(): Promise<string> {
  const document = stringify(openApi({ AUTH_KEYS_FILE: 'keys' }), { aliasDuplicateObjects: false });
  const types = await openapiTypes(document, { defaultNonNullable: false });
  const comment = "// Generated from the api's schemas by `npm run generate`; do not edit.\n";
  return comment + astToString(types);
}

function rules(): string {
  return `# Generated from monitoring/rules by \`npm run generate\`; do not edit.\n${rulesYaml(job.metricPrefix)}`;
}

function dashboardSvg(name: string): string {
  const dashboard = [...dashboards(job), loadDashboard].find(({ uid }) => uid?.endsWith(name));
  // The types of Grafana's SDK leave open what our panels always have.
  return renderDashboard(dashboard as unknown as DashboardJson, recordingOf(name) as Recording);
}

function recordingOf(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, `monitoring/recordings/${name}.json`), 'utf8'));
}

function variables(): string {
  return variableTables([
    { title: 'All three processes', variables: describeConfig(commonConfig) },
    { title: 'api', variables: describeConfig(api) },
    { title: 'worker', variables: describeConfig(worker) },
    { title: 'metrics-gateway', variables: describeConfig(gatewayConfig) },
    { title: '`npm start`', variables: describeConfig(startConfig) },
  ]);
}

function chartValues(): string {
  return readFileSync(join(ROOT, CHART, 'values.yaml'), 'utf8');
}

/** Takes the name and the prefix from the definition of the job. */
function chartJob(current: string): string {
  const values = parseDocument(current);
  values.setIn(['job', 'name'], job.name);
  values.setIn(['job', 'metricPrefix'], job.metricPrefix);
  return values.toString({ lineWidth: 0 });
}

/** Generates the schemas of the variables from the services' schemas, and the descriptions from values.yaml. */
function chartSchema(current: string): string {
  const schema = JSON.parse(current) as {
    properties: { config: object; job: { properties: { env: object } } };
  };
  const values = parse(chartValues()) as { config: ConfigValues; job: { env?: ConfigValues } };
  const services = { api: apiConfig, worker: workerConfig, metricsGateway: gatewayConfig };
  schema.properties.config = chartConfigSchema({ common: commonConfig, ...services }, values.config);
  const ofTheJob = { api: z.object(job.variables), worker: z.object(runner.variables) };
  schema.properties.job.properties.env = chartConfigSchema(ofTheJob, values.job.env);
  describeValues(schema, documentedValues(chartValues()));
  return JSON.stringify(schema);
}
