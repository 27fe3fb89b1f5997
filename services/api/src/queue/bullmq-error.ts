/** BullMQ's own errors, such as a missing job or another lock owner, have a numeric code. */
export function isBullMqError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
