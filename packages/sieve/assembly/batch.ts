import { BATCH_PRIMES } from './tuning';
import { NUMBERS_PER_BYTE, PRODUCT_BYTES, PRODUCT_MASKS, RESIDUES } from './wheel';

// A batch contains the positions of the first multiples of some primes: one entry per prime.
//
// The multiples p · q of a prime p belong to eight classes by q mod 30. From q to q + 30 they are p bytes apart and have
// the same bit, so a class is defined by its first byte in the block, the stride p and one mask.

/** The address of the first byte of each class, eight u32. */
export const STARTS: usize = 0;
/** All bits except that of the class, eight u8. */
export const MASKS: usize = 32;
/** The prime, a u32. */
export const PRIME: usize = 40;
export const ENTRY_BYTES: usize = 48;

/** The entries. One more than a batch has, because they are written in pairs. */
export const BATCH: usize = memory.data(<i32>ENTRY_BYTES * (BATCH_PRIMES + 1), 64);

/** 2^52: the sum with an integer from 0 to 2^32 − 1 has that integer in its low half. */
const TO_LOW_HALF: f64 = 4_503_599_627_370_496;

/**
 * Writes an entry for each of the primes (u32, at most BATCH_PRIMES) from address `from` up to `to`, for the
 * block at address `block` whose first byte is byte `firstByte` of the wheel, and returns where the entries end.
 *
 * A class starts at p · r for its residue r, whose byte is below p. In the block it starts at that byte minus
 * `firstByte` mod p, plus p if the difference is negative. The remainder is exact: the quotient of `firstByte` + ½
 * differs from an integer by at least 1 / 2p, and rounding changes it by less while `firstByte` is below 2^50.
 */
export function locate(block: usize, firstByte: f64, from: usize, to: usize): usize {
  const first = f64x2.splat(firstByte);
  const middle = f64x2.splat(firstByte + 0.5);
  let entry = BATCH;
  for (let address = from; address < to; address += 8) {
    // Two primes at a time. The value after the last prime may be anything: its entry is not used.
    const primes = f64x2.convert_low_i32x4_u(v128.load64_zero(address));
    const below = f64x2.mul(f64x2.floor(f64x2.div(middle, primes)), primes);
    const phases = f64x2.add(f64x2.sub(first, below), f64x2.splat(TO_LOW_HALF));
    locateOne(entry, block, load<u32>(address), i32x4.extract_lane(phases, 0));
    locateOne(entry + ENTRY_BYTES, block, load<u32>(address, 4), i32x4.extract_lane(phases, 2));
    entry += 2 * ENTRY_BYTES;
  }
  return BATCH + ((to - from) / 4) * ENTRY_BYTES;
}

function locateOne(entry: usize, block: usize, p: u32, phase: u32): void {
  const k = p / NUMBERS_PER_BYTE;
  const m = p - NUMBERS_PER_BYTE * k;
  v128.store(entry, locateFour(0, block, p, phase), STARTS);
  v128.store(entry, locateFour(16, block, p, phase), STARTS + 16);
  store<u64>(entry, load<u64>(PRODUCT_MASKS + 8 * m), MASKS);
  store<u32>(entry, p, PRIME);
}

/** The starts of four classes; `half` is 0 for the lower ones and 16 for the others. */
function locateFour(half: usize, block: usize, p: u32, phase: u32): v128 {
  const k = p / NUMBERS_PER_BYTE;
  const m = p - NUMBERS_PER_BYTE * k;
  const products = i32x4.add(
    i32x4.mul(i32x4.splat(k), v128.load(RESIDUES + half)),
    v128.load(PRODUCT_BYTES + half + 32 * m),
  );
  const offsets = i32x4.sub(products, i32x4.splat(phase));
  // As unsigned numbers, the negative ones are larger.
  return i32x4.add(i32x4.splat(<u32>block), i32x4.min_u(offsets, i32x4.add(offsets, i32x4.splat(p))));
}
