import { TaskErrorCodeSchema, type TaskErrorCode } from './task.ts';

/** BullMQ keeps one string of a failure, so the code rides in front of the message. */
export function encodeFailure(code: TaskErrorCode, message: string): string {
  return `${code}: ${message}`;
}

/**
 * Reads back what `encodeFailure` wrote. Anything else is a fault inside a worker: its text may name
 * files or hosts, so the client is told no more than that it crashed.
 */
export function decodeFailure(failedReason: string): { code: TaskErrorCode; message: string } {
  const colon = failedReason.indexOf(': ');
  const code = TaskErrorCodeSchema.safeParse(failedReason.slice(0, Math.max(colon, 0)));
  if (!code.success) return { code: 'crashed', message: 'The workers could not finish this task' };
  return { code: code.data, message: failedReason.slice(colon + 2) };
}
