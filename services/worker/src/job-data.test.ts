import { describe, expect, it } from '@jest/globals';
import { JOB_VERSION, decodeFailure, type JobData } from '@primes/contracts';
import { UnrecoverableError } from 'bullmq';
import * as z from 'zod';
import { NewerVersionError, parseInput, parseJobData } from './job-data.ts';

const DATA: JobData = {
  version: JOB_VERSION,
  task: { text: 'a', timeoutSeconds: 600, priority: 0, callbackUrl: null },
  submission: 's',
  requestId: 'r',
  traceparent: 't',
};

function failureOf(data: unknown, parse: (data: never) => unknown = parseJobData): Error {
  try {
    parse(data as never);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was accepted');
}

describe('parseJobData()', () => {
  it('accepts what the api writes, cancelled or not', () => {
    expect(parseJobData(DATA)).toEqual(DATA);
    expect(parseJobData({ ...DATA, cancelledAt: 5 })).toEqual({ ...DATA, cancelledAt: 5 });
  });

  it.each<[string, unknown, string]>([
    ['null', null, '(root)'],
    ['a string', 'n=10', '(root)'],
    ['no version', { ...DATA, version: undefined }, 'version'],
    ['version 0', { ...DATA, version: 0 }, 'version'],
    ['a version that is not a number', { ...DATA, version: '2' }, 'version'],
    ['no task', { ...DATA, task: undefined }, 'task'],
    ['a wrong option', { ...DATA, task: { ...DATA.task, priority: -1 } }, 'task.priority'],
  ])('fails a job with %s as invalid and names the field, but not its value', (_, data, field) => {
    const error = failureOf(data);
    expect(error).toBeInstanceOf(UnrecoverableError);
    const { code, message } = decodeFailure(error.message);
    expect({ code, message }).toEqual({
      code: 'invalid',
      message: `Invalid task data: ${field}`,
    });
  });

  it('rejects unknown fields', () => {
    expect(failureOf({ ...DATA, more: 1 })).toBeInstanceOf(UnrecoverableError);
  });

  it.each([{ ...DATA, version: JOB_VERSION + 1 }, { version: 99 }])('leaves %j to a newer worker', (data) => {
    expect(failureOf(data)).toBeInstanceOf(NewerVersionError);
  });
});

describe('parseInput()', () => {
  const schema = z.strictObject({ text: z.string().min(1) });

  it('returns the input of the job', () => {
    expect(parseInput(schema, DATA)).toEqual({ text: 'a' });
  });

  it.each([
    [{}, 'task.text'],
    [{ text: '' }, 'task.text'],
    [{ text: 'a', more: 1 }, 'task'],
  ])('fails a job with the input %j as invalid', (input, field) => {
    const error = failureOf({ ...DATA, task: { ...DATA.task, text: undefined, ...input } }, (data: JobData) =>
      parseInput(schema, data),
    );
    expect(error).toBeInstanceOf(UnrecoverableError);
    expect(decodeFailure(error.message)).toEqual({
      code: 'invalid',
      message: `Invalid task data: ${field}`,
    });
  });
});
