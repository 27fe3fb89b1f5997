/** Characters of a client's value that a log line or a span records; a path may have 16 KB. */
const MAX_LENGTH = 256;

/** `text`, shortened to what may be recorded. */
export function truncate(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
