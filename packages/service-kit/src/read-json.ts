import type * as z from 'zod';

/**
 * The value that the text from Redis describes. Undefined if there is none, or if it does not have the schema: another
 * version of a service, or another program, may have written it.
 */
export function readJson<S extends z.ZodType>(
  schema: S,
  text: string | null | undefined,
): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
