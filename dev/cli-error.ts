/** A problem that the user can fix; the message says what is wrong and how to fix it. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
