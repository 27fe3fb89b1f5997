import { buildImages } from './images/build.ts';
import { Refusal } from './refusal.ts';

try {
  // For instance `--platform linux/amd64,linux/arm64`, with a builder that can.
  await buildImages(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
