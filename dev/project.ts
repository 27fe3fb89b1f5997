import { join } from 'node:path';

/** The folder of the project, whatever the current one is. */
export const ROOT = join(import.meta.dirname, '..');
