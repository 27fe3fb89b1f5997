import { readFile, writeFile } from 'node:fs/promises';
import { formatted } from './formatted.ts';

/**
 * Replaces what is between `<!-- name:start -->` and `<!-- name:end -->`.
 *
 * @throws {SyntaxError} If `text` does not have the two marks, in this order.
 */
export function replaceSection(text: string, name: string, content: string): string {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new SyntaxError(`The text must have ${start} and, after it, ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** The same in a file, formatted. */
export async function writeSection(path: string, name: string, content: string): Promise<void> {
  const text = replaceSection(await readFile(path, 'utf8'), name, content);
  await writeFile(path, await formatted(text, path));
}
