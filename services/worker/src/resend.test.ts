import { describe, expect, it } from '@jest/globals';
import { resendIfCut } from './resend.ts';

function answering(...outcomes: (string | Error)[]) {
  let calls = 0;
  const command = () => {
    const outcome = outcomes[calls++];
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  return { command, calls: () => calls };
}

describe('resendIfCut()', () => {
  const cut = new Error('Command aborted due to connection close');

  it('gives back the answer', async () => {
    const { command, calls } = answering('OK');
    expect([await resendIfCut(command), calls()]).toEqual(['OK', 1]);
  });

  it('sends again what a lost connection has cut in two', async () => {
    const { command, calls } = answering(cut, cut, 'OK');
    expect([await resendIfCut(command), calls()]).toEqual(['OK', 3]);
  });

  it.each(['WRONGTYPE Operation against a key', 'Connection is closed.'])(
    'rejects with %s',
    async (message) => {
      const { command, calls } = answering(cut, new Error(message), 'OK');
      await expect(resendIfCut(command)).rejects.toThrow(message);
      expect(calls()).toBe(2);
    },
  );
});
