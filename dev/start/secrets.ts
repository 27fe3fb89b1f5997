import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CliError } from '../cli-error.ts';

const secretsSchema = z.object({ IDEMPOTENCY_SECRET: z.string(), WEBHOOK_SECRET: z.string() });
export type Secrets = z.infer<typeof secretsSchema>;

/**
 * The secrets of this data folder, generated on the first call. They outlive a restart: an Idempotency-Key must
 * identify the same task, and receivers know the webhook secret.
 */
export async function keptSecrets(dataDir: string): Promise<Secrets> {
  const file = join(dataDir, 'secrets.json');
  await mkdir(dataDir, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    const secrets = generateSecrets();
    await writeFile(file, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    return secrets;
  }
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${file} is invalid: fix it, or delete it to generate new secrets`, {
      cause: error,
    });
  }
}

function generateSecrets(): Secrets {
  const secret = () => randomBytes(32).toString('base64');
  return { IDEMPOTENCY_SECRET: secret(), WEBHOOK_SECRET: `whsec_${secret()}` };
}
