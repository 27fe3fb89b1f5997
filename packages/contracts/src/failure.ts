import { TaskErrorCodeSchema, type TaskErrorCode } from './task.ts';

/** BullMQ stores one string for a failure, so the code precedes the message. */
export function encodeFailure(code: TaskErrorCode, message: string): string {
  return `${code}: ${message}`;
}

/**
 * Parses the string of `encodeFailure`. Any other string is BullMQ's or that of an unexpected error in a run: it may contain
 * file or host names, so the client sees only that the task crashed.
 */
export function decodeFailure(failedReason: string): { code: TaskErrorCode; message: string } {
  const colon = failedReason.indexOf(': ');
  const code = TaskErrorCodeSchema.safeParse(failedReason.slice(0, Math.max(colon, 0)));
  if (!code.success) return { code: 'crashed', message: 'The task crashed in all attempts' };
  return { code: code.data, message: failedReason.slice(colon + 2) };
}
