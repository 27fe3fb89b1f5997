import { BATCH, ENTRY_BYTES, MASKS, PRIME, STARTS, locate } from './batch';
import { BATCH_PRIMES } from './tuning';

/**
 * Crosses off the primes (u32, ascending) from address `from` up to `to` in the block of `bytes` bytes at
 * address `block`, whose first byte is byte `firstByte` of the wheel.
 *
 * The number of multiples of a class in a block depends on where they start, but varies only by one. All classes get the
 * larger number, so the branches depend only on the prime, are the same for many primes, and are predicted (a wrong
 * prediction costs as much as ten crossings). An extra crossing clears the multiple in the next block, which is cleared
 * anyway, or a byte after the segment.
 *
 * @pre there is room for the largest prime after the segment
 */
export function crossOff(block: usize, bytes: u32, firstByte: f64, from: usize, to: usize): void {
  while (from < to) {
    const crossings = (bytes - 1) / load<u32>(from) + 1;
    const largest = crossings > 1 ? (bytes - 1) / (crossings - 1) : u32.MAX_VALUE;
    const stop = min(to, from + 4 * BATCH_PRIMES);
    let end = from + 4;
    while (end < stop && load<u32>(end) <= largest) end += 4;
    crossOffBatch(crossings, locate(block, firstByte, from, end));
    from = end;
  }
}

/** Crosses off the classes of the batch up to address `end`, each with this number of crossings. */
function crossOffBatch(crossings: u32, end: usize): void {
  switch (crossings) {
    case 1:
      return Passes.of1(end);
    case 2:
      return Passes.of2(end);
    case 3:
      return Passes.of3(end);
    case 4:
      return Passes.of4(end);
    case 5:
      return Passes.of5(end);
    case 6:
      return Passes.of6(end);
    case 7:
      return Passes.of7(end);
    case 8:
      return Passes.of8(end);
    case 9:
      return Passes.of9(end);
    case 10:
      return Passes.of10(end);
    case 11:
      return Passes.of11(end);
    case 12:
      return Passes.of12(end);
    case 13:
      return Passes.of13(end);
    case 14:
      return Passes.of14(end);
    case 15:
      return Passes.of15(end);
    case 16:
      return Passes.of16(end);
    default:
      return Passes.long(crossings, end);
  }
}

/**
 * A class, because in code that is also TypeScript only methods can be declared inline. Each number of crossings has its
 * own function: inlined into the cases of the switch, counting to 10^9 takes 1.4 times as long.
 */
class Passes {
  static of1(end: usize): void {
    Passes.short(1, end);
  }
  static of2(end: usize): void {
    Passes.short(2, end);
  }
  static of3(end: usize): void {
    Passes.short(3, end);
  }
  static of4(end: usize): void {
    Passes.short(4, end);
  }
  static of5(end: usize): void {
    Passes.short(5, end);
  }
  static of6(end: usize): void {
    Passes.short(6, end);
  }
  static of7(end: usize): void {
    Passes.short(7, end);
  }
  static of8(end: usize): void {
    Passes.short(8, end);
  }
  static of9(end: usize): void {
    Passes.short(9, end);
  }
  static of10(end: usize): void {
    Passes.short(10, end);
  }
  static of11(end: usize): void {
    Passes.short(11, end);
  }
  static of12(end: usize): void {
    Passes.short(12, end);
  }
  static of13(end: usize): void {
    Passes.short(13, end);
  }
  static of14(end: usize): void {
    Passes.short(14, end);
  }
  static of15(end: usize): void {
    Passes.short(15, end);
  }
  static of16(end: usize): void {
    Passes.short(16, end);
  }

  /** Straight-line code for a number of crossings, at most 16, that is known at compile time. */
  @inline static short(crossings: u32, end: usize): void {
    for (let entry = BATCH; entry < end; entry += ENTRY_BYTES) {
      const p = load<u32>(entry, PRIME);
      for (let i = 0; i < 8; i++) {
        const start = load<u32>(entry + 4 * i, STARTS);
        const mask = load<u8>(entry + i, MASKS);
        Passes.straight(crossings, start, p, mask);
      }
    }
  }

  /** Unrolled by eight; the rest is straight-line code. */
  static long(crossings: u32, end: usize): void {
    for (let entry = BATCH; entry < end; entry += ENTRY_BYTES) {
      const p = load<u32>(entry, PRIME);
      for (let i = 0; i < 8; i++) {
        let at: usize = load<u32>(entry + 4 * i, STARTS);
        const mask = load<u8>(entry + i, MASKS);
        for (let eights = crossings >> 3; eights > 0; eights--) at = Passes.straight(8, at, p, mask);
        if (crossings & 4) at = Passes.straight(4, at, p, mask);
        if (crossings & 2) at = Passes.straight(2, at, p, mask);
        if (crossings & 1) Passes.straight(1, at, p, mask);
      }
    }
  }

  /** At most 16 crossings from address `at` on; returns the address of the next one. */
  @inline static straight(crossings: u32, at: usize, p: usize, mask: u32): usize {
    if (crossings > 0) at = Passes.one(at, p, mask);
    if (crossings > 1) at = Passes.one(at, p, mask);
    if (crossings > 2) at = Passes.one(at, p, mask);
    if (crossings > 3) at = Passes.one(at, p, mask);
    if (crossings > 4) at = Passes.one(at, p, mask);
    if (crossings > 5) at = Passes.one(at, p, mask);
    if (crossings > 6) at = Passes.one(at, p, mask);
    if (crossings > 7) at = Passes.one(at, p, mask);
    if (crossings > 8) at = Passes.one(at, p, mask);
    if (crossings > 9) at = Passes.one(at, p, mask);
    if (crossings > 10) at = Passes.one(at, p, mask);
    if (crossings > 11) at = Passes.one(at, p, mask);
    if (crossings > 12) at = Passes.one(at, p, mask);
    if (crossings > 13) at = Passes.one(at, p, mask);
    if (crossings > 14) at = Passes.one(at, p, mask);
    if (crossings > 15) at = Passes.one(at, p, mask);
    return at;
  }

  @inline static one(at: usize, p: usize, mask: u32): usize {
    store<u8>(at, load<u8>(at) & mask);
    return at + p;
  }
}
