import { format, resolveConfig } from 'prettier';

/** A text as the formatter wants it in that file: `npm run format` must find nothing to change in what is written. */
export async function formatted(text: string, path: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
