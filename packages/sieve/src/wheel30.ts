/** Numbers that one byte of a bitmap represents. */
export const NUMBERS_PER_BYTE = 30;

/** The prime factors of 30: bitmaps have no bits for them and their multiples. */
export const WHEEL_PRIMES = [2, 3, 5] as const;

/**
 * The numbers below 30 without a factor 2, 3 or 5. Bit `i` of byte `k` represents the number 30k + RESIDUES[i], so the
 * bits, from the lowest, have the order of the numbers.
 */
export const RESIDUES = Uint8Array.of(1, 7, 11, 13, 17, 19, 23, 29);

/** Residue → a byte in which only its bit is set; 0 if it has no bit. */
export const BIT_OF_RESIDUE = new Uint8Array(NUMBERS_PER_BYTE);
RESIDUES.forEach((residue, i) => (BIT_OF_RESIDUE[residue] = 1 << i));

/**
 * The number that bit `bit` represents in a bitmap whose first byte is byte `firstByte` of the wheel.
 * `bit` counts from the lowest bit of the first byte.
 */
export function numberOfBit(firstByte: number, bit: number): number {
  return NUMBERS_PER_BYTE * (firstByte + Math.floor(bit / 8)) + RESIDUES[bit % 8];
}

/** The byte of the wheel that contains `number`. */
export function byteOfNumber(number: number): number {
  return Math.floor(number / NUMBERS_PER_BYTE);
}
