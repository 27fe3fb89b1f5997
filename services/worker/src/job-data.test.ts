import { describe, expect, it } from '@jest/globals';
import { JOB_VERSION, decodeFailure, type JobData } from '@primes/contracts';
import { UnrecoverableError } from 'bullmq';
import { NewerVersionError, parseJobData } from './job-data.ts';

const DATA: JobData = {
  version: JOB_VERSION,
  task: { n: 10, timeoutSeconds: 600, priority: 0, fresh: false, callbackUrl: null },
  submission: 's',
  requestId: 'r',
  traceparent: 't',
};

function failureOf(data: unknown): Error {
  try {
    parseJobData(data);
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
    ['null', null, '(the whole)'],
    ['a string', 'n=10', '(the whole)'],
    ['no version', { ...DATA, version: undefined }, 'version'],
    ['version 0', { ...DATA, version: 0 }, 'version'],
    ['a version that is no number', { ...DATA, version: '2' }, 'version'],
    ['n = 0', { ...DATA, task: { ...DATA.task, n: 0 } }, 'task.n'],
    ['n = 1.5', { ...DATA, task: { ...DATA.task, n: 1.5 } }, 'task.n'],
    ['no task', { ...DATA, task: undefined }, 'task'],
  ])('ends a job with %s as invalid, naming the field and not its value', (_, data, field) => {
    const error = failureOf(data);
    expect(error).toBeInstanceOf(UnrecoverableError);
    const { code, message } = decodeFailure(error.message);
    expect({ code, message }).toEqual({
      code: 'invalid',
      message: `The task's data cannot be read: ${field}`,
    });
  });

  it('refuses a field that this version does not know', () => {
    expect(failureOf({ ...DATA, more: 1 })).toBeInstanceOf(UnrecoverableError);
  });

  it.each([{ ...DATA, version: JOB_VERSION + 1 }, { version: 99 }])('leaves %j to a newer worker', (data) => {
    expect(failureOf(data)).toBeInstanceOf(NewerVersionError);
  });
});
