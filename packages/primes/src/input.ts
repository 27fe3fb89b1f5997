import * as z from 'zod';

/** What a client asks for: the first `n` primes; `fresh` computes again even what the store has. */
export const PrimesInputSchema = z.strictObject({
  n: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  fresh: z.boolean(),
});
export type PrimesInput = z.infer<typeof PrimesInputSchema>;
