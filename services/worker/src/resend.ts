/**
 * ioredis sends again by itself what a lost connection has left unanswered, but for the rest of a
 * transaction or pipeline that was answered in part: that it rejects. Sends `command` until it is not
 * cut in two like this; it must be one that may be carried out twice.
 */
export async function resendIfCut<T>(command: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      // After a cut this waits for the next connection.
      return await command();
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }
}

/** ioredis gives it the name of what an AbortSignal does, so the text has to tell. */
function isCut(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command aborted due to connection close';
}
