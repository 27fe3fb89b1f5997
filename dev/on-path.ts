import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The path of the first of these programs that is on the PATH: its first match there, as a shell finds it. */
export async function findOnPath(...programs: readonly string[]): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const program of programs) {
    const path = await findIn(folders, program);
    if (path !== undefined) return path;
  }
  return undefined;
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
