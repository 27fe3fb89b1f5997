import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The path of a program: its first match on the PATH, as a shell finds it. */
export function findOnPath(program: string): Promise<string | undefined> {
  return findIn((process.env['PATH'] ?? '').split(delimiter).filter(Boolean), program);
}

/** The path of an executable file of this name in the first folder that contains one. */
export async function findIn(folders: readonly string[], program: string): Promise<string | undefined> {
  for (const candidate of folders.map((folder) => join(folder, program))) {
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return candidate;
  }
  return undefined;
}
