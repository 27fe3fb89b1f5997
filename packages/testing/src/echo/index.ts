import { metricsApi, taskSchemas, type JobType } from '@primes/contracts';
import * as z from 'zod';

const fields = {
  text: z.string().max(1_000).meta({ description: 'What the result says' }),
  steps: z.int().min(1).max(1_000_000).default(1).meta({ description: 'Each is reported as progress' }),
  step_ms: z.int().min(0).max(60_000).default(0).meta({ description: 'How long each takes' }),
  hold: z
    .string()
    .max(200)
    .default('')
    .meta({ description: 'The last step waits until a test releases this name' }),
  throws: z.int().min(0).max(10).default(0).meta({ description: 'How many runs throw at their end' }),
  kill: z.boolean().default(false).meta({ description: 'Whether the last step kills the worker' }),
};
const input = z.strictObject(fields);
const view = { text: z.string(), steps: z.int() };
const result = z.strictObject({ text: z.string(), steps: z.int() });

export type EchoInput = z.infer<typeof input>;
export type EchoResult = z.infer<typeof result>;

/** A job for tests of the services. It does what its input says, and the test decides when it ends. */
export const echo: JobType<EchoInput> = {
  name: 'echo',
  metricPrefix: 'echo',
  title: 'Echo',
  summary: 'Returns its input, for tests',
  input,
  submission: () => fields,
  view,
  result,
  sampled: {},
  attributes: ({ steps }) => ({ steps }),
};

/** The schemas of the API of the echo job. */
export const {
  summary: TaskSummarySchema,
  task: TaskViewSchema,
  list: TaskListSchema,
} = taskSchemas(view, result);
export type TaskSummary = z.infer<typeof TaskSummarySchema>;
export type TaskView = z.infer<typeof TaskViewSchema>;
export const METRICS_API = metricsApi({});
