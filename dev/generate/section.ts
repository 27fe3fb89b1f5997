import { readFile, writeFile } from 'node:fs/promises';
import { formatted } from './formatted.ts';

/**
 * Replaces the text between `<!-- name:start -->` and `<!-- name:end -->`.
 *
 * @throws {SyntaxError} If `text` does not contain both markers in this order.
 */
export function replaceSection(text: string, name: string, content: string): string {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new SyntaxError(`Expected ${start} followed by ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** Replaces a section of a file and formats the file. */
export async function writeSection(path: string, name: string, content: string): Promise<void> {
  const text = replaceSection(await readFile(path, 'utf8'), name, content);
  await writeFile(path, await formatted(text, path));
}
