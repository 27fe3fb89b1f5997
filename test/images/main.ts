import { buildImages } from './build.ts';
import { CliError } from '../../dev/cli-error.ts';

try {
  // For example `--platform linux/amd64,linux/arm64`, with a builder that can.
  await buildImages(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
