import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where a program is on the PATH: its first place, as a shell would find it. */
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
