import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The path of a program: its first match on the PATH, as a shell finds it. */
export async function findOnPath(program: string): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const candidate of folders.map((folder) => join(folder, program))) {
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return candidate;
  }
  return undefined;
}
