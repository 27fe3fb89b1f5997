import type { DoneTask, ResultReader } from '@primes/contracts';
import { requestContext } from '@primes/service-kit';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';
import * as z from 'zod';
import { getTask, type GetTaskDeps } from '../src/routes/get-task.ts';
import { streamLimits } from '../src/streams/slots.ts';
import type { Task } from '../src/tasks/task-view.ts';

const ID = '0c936599-3199-4831-a140-1264c035fd6e';

/** A task of a version whose input had no `loud`. */
const STORED = {
  summary: { request_id: ID, status: 'done' },
  stored: { task: { text: 'a', timeoutSeconds: 600, priority: 0, callbackUrl: null } },
  job: { returnvalue: { startedAt: 1, result: { length: 3 } } },
} as unknown as Task;

describe('a result reader', () => {
  it('receives the id of the task, its input as a worker parses it, and what the run returned', async () => {
    const seen: DoneTask<object>[] = [];
    const reader: ResultReader<object> = {
      length(task) {
        seen.push(task);
        return (task.returned as { length: number }).length;
      },
      read(task, { page }) {
        seen.push(task);
        return Promise.resolve(ReadableStream.from([Buffer.from(JSON.stringify([page]))]));
      },
    };
    const deps = {
      type: { input: z.strictObject({ text: z.string(), loud: z.boolean().default(false) }) },
      lookup: () => Promise.resolve(STORED),
      results: { formats: [{ mediaType: 'application/json', header: '' }], reader },
      streams: streamLimits({ MAX_RESULT_STREAMS: 1, MAX_WATCHERS: 1, STALL_TIMEOUT_MS: 1_000 }),
      stopping: new AbortController().signal,
    } as unknown as GetTaskDeps;
    const app = express().use(requestContext()).get('/tasks/:id', getTask(deps));

    const { body } = await supertest(app).get(`/tasks/${ID}?offset=1`).expect(200);

    expect(body).toMatchObject({ result: [{ offset: 1, take: 2 }] });
    const task = { taskId: ID, input: { text: 'a', loud: false }, returned: { length: 3 } };
    expect(seen).toEqual([task, task]);
  });
});
