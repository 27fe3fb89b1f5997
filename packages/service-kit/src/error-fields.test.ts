import { describe, expect, it } from '@jest/globals';
import { errorFields } from './error-fields.ts';

const SECRET = 'hunter2';

function serialized(error: Error): string {
  return JSON.stringify(errorFields(error));
}

describe('errorFields()', () => {
  const reply = (message: string) =>
    Object.assign(new Error(message), { command: { name: 'auth', args: ['default', SECRET] } });

  it('contains the name of the failed command, but not its arguments', () => {
    const error = reply('WRONGPASS invalid username-password pair');
    expect(errorFields(error)).toMatchObject({ type: 'Error', message: error.message, command: 'auth' });
    expect(serialized(error)).not.toContain(SECRET);
  });

  it.each([
    ['a cause', new Error('no', { cause: reply('NOAUTH') })],
    ['an aggregate', new AggregateError([reply('NOAUTH')], 'no')],
    ['a transaction', Object.assign(new Error('EXECABORT'), { previousErrors: [reply('NOAUTH')] })],
    ['a node of a cluster', Object.assign(new Error('no'), { lastNodeError: reply('NOAUTH') })],
    [
      'an unknown command',
      new Error(`ERR unknown command 'HELLO', with args beginning with: '3' '${SECRET}'`),
    ],
    ['a URL', new Error(`redis://user:${SECRET}@redis:6379/1 cannot be reached`)],
    ['an invalid URL', badUrl()],
  ])('hides the secret in %s', (_, error) => {
    expect(serialized(error)).not.toContain(SECRET);
    expect(serialized(error)).toMatch(/no|EXECABORT|unknown command|redis:|Invalid URL/);
  });

  it('keeps the code, and the parts of an aggregate', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(errorFields(new AggregateError([refused]))).toMatchObject({
      type: 'AggregateError',
      errors: [{ message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }],
    });
  });

  it('returns a value that is not an error unchanged', () => {
    expect(errorFields('text')).toBe('text');
  });
});

function badUrl(): Error {
  try {
    new URL(`redis://:${SECRET}@[`);
  } catch (error) {
    return error as Error;
  }
  throw new Error('The URL is valid');
}
