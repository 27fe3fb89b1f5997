import { format, resolveConfig } from 'prettier';

/** Formats a text as `npm run format` formats that file. */
export async function formatted(text: string, path: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
