/** How many numbers one byte of a bitmap stands for. */
export const NUMBERS_PER_BYTE = 30;

/** The primes that divide 30: no bitmap has a bit for them or for a multiple of them. */
export const WHEEL_PRIMES = [2, 3, 5] as const;

/**
 * The numbers below 30 without a factor 2, 3 or 5. Bit `i` of byte `k` stands for the number
 * 30k + RESIDUES[i], so the order of the bits, from the lowest up, is the order of the numbers.
 */
export const RESIDUES = Uint8Array.of(1, 7, 11, 13, 17, 19, 23, 29);

/** Bit by residue: residue → a byte with just that bit set, 0 where the bitmap has none. */
export const BIT_OF_RESIDUE = new Uint8Array(NUMBERS_PER_BYTE);
RESIDUES.forEach((residue, i) => (BIT_OF_RESIDUE[residue] = 1 << i));

/**
 * The number that bit `bit` stands for in a bitmap whose first byte is byte `firstByte` of the wheel.
 * `bit` counts from the lowest bit of the first byte.
 */
export function numberOfBit(firstByte: number, bit: number): number {
  return NUMBERS_PER_BYTE * (firstByte + Math.floor(bit / 8)) + RESIDUES[bit % 8];
}

/** The byte of the wheel that holds `number`. */
export function byteOfNumber(number: number): number {
  return Math.floor(number / NUMBERS_PER_BYTE);
}
