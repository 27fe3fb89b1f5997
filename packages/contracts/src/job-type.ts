import type { z } from 'zod';
import { inputOf, type TaskSpec } from './job.ts';

/** The values of environment variables that are declared as zod schemas by their names. */
export type ValuesOf<Variables extends z.ZodRawShape> = Readonly<z.infer<z.ZodObject<Variables>>>;

/**
 * A type of job, as all processes know it. One deployment serves one type.
 *
 * @example
 * export const wordCount: JobType<{ text: string }> = {
 *   name: 'word-count',
 *   metricPrefix: 'word_count',
 *   title: 'Word count',
 *   summary: 'Counts the words of a text',
 *   input: z.strictObject({ text: z.string().max(10_000) }),
 *   submission: () => ({ text: z.string().max(10_000) }),
 *   view: {},
 *   result: z.strictObject({ words: z.int() }),
 *   sampled: {},
 * };
 */
export interface JobType<Input extends object, Variables extends z.ZodRawShape = z.ZodRawShape> {
  /** In lower case, as in a URN. It is the name of the BullMQ queue: after a change, no worker finds the existing tasks. */
  readonly name: string;
  /** Prefix of the names of Prometheus metrics, as in `<prefix>_queue_jobs`. */
  readonly metricPrefix: string;
  /** The title of the API's documentation. */
  readonly title: string;
  /** What the service does, as a phrase. */
  readonly summary: string;
  /** The input as it is stored. A task whose input does not match fails as `invalid` and is not retried. */
  readonly input: z.ZodType<Input>;
  /** Environment variables of the api, in addition to its own. Default: none. */
  readonly variables?: Variables;
  /**
   * The fields of POST /tasks, in addition to the options that every task has, with their defaults, descriptions and
   * limits. `input` must accept their values. The names of the options are reserved, in the request and as they are
   * stored: `timeoutSeconds`, `priority`, `callbackUrl`.
   *
   * @param values the values of `variables`
   */
  submission(values: ValuesOf<Variables>): z.ZodRawShape;
  /** The fields of the input that every view of a task shows, except `result` and those of every task. Omit large fields. */
  readonly view: z.ZodRawShape;
  /** `result` of a task that is done: what the `ResultReader` reads, or else what the run returned. */
  readonly result: z.ZodType;
  /** What `GET /api/metrics/summary` shows of the job's data: the fields that the `SampleSource` returns. */
  readonly sampled: z.ZodRawShape;
  /** The fields of the input that log lines and spans contain. Default: none. */
  attributes?(input: Input): Readonly<Record<string, string | number | boolean>>;
}

/** The attributes of a task from the queue, which may be invalid; none if the type rejects its input. */
export function attributesOf<Input extends object>(
  type: JobType<Input>,
  task: TaskSpec | undefined,
): Readonly<Record<string, string | number | boolean>> {
  const input = task && type.input.safeParse(inputOf(task)).data;
  return (input && type.attributes?.(input)) ?? {};
}
