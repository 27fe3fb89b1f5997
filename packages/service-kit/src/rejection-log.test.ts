import { describe, expect, it } from '@jest/globals';
import { RejectionLog } from './rejection-log.ts';

describe('RejectionLog', () => {
  it('does not repeat the arguments of a command that the server does not have', () => {
    const reasons: unknown[] = [];
    const log = {
      warn: (fields: object) => reasons.push((fields as { reason: unknown }).reason),
      info: () => undefined,
    };
    const message = "ERR unknown command 'evalsha', with args beginning with: 'f0' '1' 'secret' ";
    new RejectionLog(log).rejected('fetch', Object.assign(new Error(message), { name: 'ReplyError' }));
    expect(reasons).toEqual(["ERR unknown command 'evalsha', with args beginning with: …"]);
  });
});
