import type * as z from 'zod';
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
   * stored, such as `timeoutSeconds` or `runAt`.
   *
   * @param values the values of `variables`
   */
  submission(values: ValuesOf<Variables>): z.ZodRawShape;
  /** The fields of the input that every view of a task shows, except `result` and those of every task. Omit large fields. */
  readonly view: z.ZodRawShape;
  /**
   * Numbers that every view of a task shows as `counts` once it is done: those that the run returned by these names. null
   * if it returned others, as a worker of an earlier version may. Default: no such field.
   */
  readonly counts?: z.ZodObject<Record<string, z.ZodInt>>;
  /** `result` of a task that is done: what the `ResultReader` reads, or else what the run returned. */
  readonly result: z.ZodType;
  /** What `GET /api/metrics/summary` shows of the job's data: the fields that the `SampleSource` returns. */
  readonly sampled: z.ZodRawShape;
  /** A task that is done, for the API's documentation: what a view shows of it, and its result. Default: none. */
  readonly example?: { readonly view: object; readonly counts?: object; readonly result: unknown };
  /** The fields of the input that log lines and spans contain. Default: none. */
  attributes?(input: Input): Readonly<Record<string, string | number | boolean>>;
}

/** The fields of the job in every view of a task, except `result`. */
export function shownFields({ view, counts }: Pick<JobType<object>, 'view' | 'counts'>): z.ZodRawShape {
  if (!counts) return view;
  return { ...view, counts: shownCounts(counts) };
}

/** `counts` of a view. A webhook that an earlier version has queued lacks it. */
export function shownCounts<Counts extends z.ZodType>(counts: Counts) {
  return counts.nullable().default(null).meta({ description: 'null if the task is not done' });
}

/** The attributes of a task from the queue, which may be invalid; none if the type rejects its input. */
export function attributesOf<Input extends object>(
  type: JobType<Input>,
  task: TaskSpec | undefined,
): Readonly<Record<string, string | number | boolean>> {
  const input = task && type.input.safeParse(inputOf(task)).data;
  return (input && type.attributes?.(input)) ?? {};
}
