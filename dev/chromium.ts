import { installPackage } from './apt.ts';
import { CliError } from './cli-error.ts';
import { findOnPath } from './on-path.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * The path of a Chromium: CHROME_PATH, or the first on the PATH, or as root on Debian the one that apt installs.
 *
 * @throws {CliError} if there is none
 */
export async function requireChromium(): Promise<string> {
  const path =
    process.env['CHROME_PATH'] ??
    (await findOnPath(...PROGRAMS)) ??
    ((await installPackage('chromium')) ? await findOnPath(...PROGRAMS) : undefined);
  if (path === undefined)
    throw new CliError('The browser tests need Chromium on the PATH, or its path in CHROME_PATH');
  return path;
}
