import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TASK_STATUSES } from '@primes/contracts';
import * as z from 'zod';
import { ROOT } from '../../dev/project.ts';
import { ALL_KIND_NAMES } from './kinds.ts';

const at = z.number().min(0).meta({ description: 'Milliseconds since the start of the run' });
const id = z.string();
const process = z.string();
const status = z.enum(TASK_STATUSES);
const result = z.unknown();
/** A response; null: none, because the connection failed or the request timed out. */
const http = z.strictObject({ status: z.int(), retryAfter: z.string().nullable() }).nullable();
const request = { at, sentAt: at, process, http };
const seen = { id, status: status.optional(), result: result.optional() };
const phase = z.enum(['before', 'after']);

/** One line of a history. */
const EventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run'), at, seed: z.int(), system: z.string() }),
  z.strictObject({
    type: z.literal('fault'),
    at,
    phase: z.enum(['begin', 'end']),
    number: z.int(),
    kind: z.enum(ALL_KIND_NAMES),
    target: z.string(),
  }),
  /** POST /tasks. The id is that of the task, or the `task_id` of a problem. */
  z.strictObject({
    type: z.literal('submit'),
    ...request,
    id: id.optional(),
    key: z.string().optional(),
    callback: z.boolean(),
    expected: z.strictObject({ status, result, attempts: z.int() }),
  }),
  z.strictObject({ type: z.literal('read'), ...request, ...seen }),
  z.strictObject({ type: z.literal('cancel'), ...request, ...seen }),
  /** A worker starts a run of a task. */
  z.strictObject({ type: z.literal('pick-up'), at, process, id }),
  /** BullMQ's event of the end of a job. */
  z.strictObject({ type: z.literal('end'), at, id, outcome: z.enum(['completed', 'failed']) }),
  /** The job of a task, after everything has ended. */
  z.strictObject({ type: z.literal('job'), at, id, attempts: z.int() }),
  z.strictObject({ type: z.literal('webhook'), at, id, status, accepted: z.boolean() }),
  /** A process has exited without a fault. */
  z.strictObject({ type: z.literal('exit'), at, process, code: z.int().nullable() }),
  /** No fault is active from here on. */
  z.strictObject({ type: z.literal('calm'), at }),
  /** Whether a process works after all faults. */
  z.strictObject({ type: z.literal('probe'), at, process, working: z.boolean() }),
  z.strictObject({ type: z.literal('memory'), at, phase, process, bytes: z.int() }),
  /** Open connections to Redis, by process. */
  z.strictObject({
    type: z.literal('connections'),
    at,
    phase,
    of: z.record(z.string(), z.int()),
  }),
  /** What the gateway counts, and the sizes of BullMQ's sets. */
  z.strictObject({
    type: z.literal('counters'),
    at,
    counted: z.strictObject({ done: z.int(), failed: z.int() }),
    stored: z.strictObject({ done: z.int(), failed: z.int() }),
  }),
  z.strictObject({ type: z.literal('secret'), at, process, name: z.string() }),
]);

export type Event = z.infer<typeof EventSchema>;
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;
/** The requests about one task. */
export type Response = EventOf<'submit' | 'read' | 'cancel'>;

export type History = readonly Event[];

/** Where the history of a run is written, as JSON lines. */
export async function historyFile(run: string): Promise<string> {
  const dir = join(ROOT, '.data', 'chaos');
  await mkdir(dir, { recursive: true });
  return join(dir, `${run}.jsonl`);
}

/** Parses a file of JSON lines. */
export function parseHistory(text: string): History {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => EventSchema.parse(JSON.parse(line)));
}

/** The events of these types, in order. */
export function only<Type extends Event['type']>(history: History, ...types: Type[]): EventOf<Type>[] {
  return history.filter((event): event is EventOf<Type> => (types as string[]).includes(event.type));
}

/** The connections of all processes together. */
export function totalOf(connections: EventOf<'connections'>['of'] = {}): number {
  return Object.values(connections).reduce((sum, count) => sum + count, 0);
}
