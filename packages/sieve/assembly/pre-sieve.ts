import { crossOff } from './cross-off';
import { remainder } from './remainder';
import { PATTERN_ROOM, PRE_SIEVE_ROWS, ROW_COUNT, STRETCH_BYTES } from './tuning';

// The primes up to 251 have two thirds of all multiples. The bitmap without the multiples of a few primes repeats after as
// many bytes as the product of the primes. Such a pattern is computed once and then ANDed (primesieve's PreSieve).

/** A pattern is four u32: its address, its period in bytes, the offset of the next stretch, and an unused one. */
const PATTERNS: usize = memory.data(16 * ROW_COUNT, 16);
const ADDRESS: usize = 0;
const PERIOD: usize = 4;
const NEXT: usize = 8;

/** Patterns that are ANDed in one pass over a stretch; more addresses would not fit into the registers. */
const PASS_PATTERNS = 8;

/** All patterns; the length of each is its period plus a stretch. */
const PATTERN_BYTES: usize = memory.data(PATTERN_ROOM, 64);

let end = PATTERN_BYTES;
for (let row = 0; row < ROW_COUNT; row++) {
  const primes = PRE_SIEVE_ROWS + 16 * row;
  let period: u32 = 1;
  let primesEnd = primes;
  for (; primesEnd < primes + 16 && load<u32>(primesEnd) > 0; primesEnd += 4) period *= load<u32>(primesEnd);
  const bytes = period + STRETCH_BYTES;
  memory.fill(end, 0xff, bytes);
  crossOff(end, bytes, 0, primes, primesEnd);
  store<u32>(PATTERNS + 16 * row, end, ADDRESS);
  store<u32>(PATTERNS + 16 * row, period, PERIOD);
  end += bytes;
}

/**
 * Overwrites `bytes` bytes from address `out` on, the first of which is byte `firstByte` of the wheel: the pre-sieve primes
 * and their multiples become 0, all other bits 1.
 *
 * Rounds `bytes` up to a multiple of 64.
 */
export function preSieve(out: usize, bytes: u32, firstByte: f64): void {
  for (let pattern = PATTERNS; pattern < PATTERNS + 16 * ROW_COUNT; pattern += 16) {
    store<u32>(pattern, <u32>remainder(firstByte, load<u32>(pattern, PERIOD)), NEXT);
  }
  for (const end = out + bytes; out < end; out += STRETCH_BYTES) {
    const stretchEnd = min(end, out + STRETCH_BYTES);
    Passes.first(out, stretchEnd, PATTERNS);
    for (let i = PASS_PATTERNS; i < ROW_COUNT; i += PASS_PATTERNS) {
      Passes.next(out, stretchEnd, PATTERNS + 16 * i);
    }
    advance();
  }
}

/** Advances all patterns by a stretch. */
function advance(): void {
  for (let pattern = PATTERNS; pattern < PATTERNS + 16 * ROW_COUNT; pattern += 16) {
    const period = load<u32>(pattern, PERIOD);
    let next = load<u32>(pattern, NEXT) + STRETCH_BYTES;
    if (next >= period) next -= period;
    store<u32>(pattern, next, NEXT);
  }
}

/** A class, because in code that is also TypeScript only methods can be declared inline. */
class Passes {
  /** Writes the AND of the eight patterns from `pattern` on. */
  static first(out: usize, end: usize, pattern: usize): void {
    Passes.and(out, end, pattern, true);
  }

  /** ANDs the existing bits with the eight patterns from `pattern` on. */
  static next(out: usize, end: usize, pattern: usize): void {
    Passes.and(out, end, pattern, false);
  }

  @inline static and(out: usize, end: usize, pattern: usize, fresh: bool): void {
    // As distances from `out`, so that only one variable changes.
    const a = Passes.source(pattern) - out;
    const b = Passes.source(pattern + 16) - out;
    const c = Passes.source(pattern + 32) - out;
    const d = Passes.source(pattern + 48) - out;
    const e = Passes.source(pattern + 64) - out;
    const f = Passes.source(pattern + 80) - out;
    const g = Passes.source(pattern + 96) - out;
    const h = Passes.source(pattern + 112) - out;
    for (; out < end; out += 64) {
      let w = v128.load(out + a, 0);
      let x = v128.load(out + a, 16);
      let y = v128.load(out + a, 32);
      let z = v128.load(out + a, 48);
      w = v128.and(w, v128.load(out + b, 0));
      x = v128.and(x, v128.load(out + b, 16));
      y = v128.and(y, v128.load(out + b, 32));
      z = v128.and(z, v128.load(out + b, 48));
      w = v128.and(w, v128.load(out + c, 0));
      x = v128.and(x, v128.load(out + c, 16));
      y = v128.and(y, v128.load(out + c, 32));
      z = v128.and(z, v128.load(out + c, 48));
      w = v128.and(w, v128.load(out + d, 0));
      x = v128.and(x, v128.load(out + d, 16));
      y = v128.and(y, v128.load(out + d, 32));
      z = v128.and(z, v128.load(out + d, 48));
      w = v128.and(w, v128.load(out + e, 0));
      x = v128.and(x, v128.load(out + e, 16));
      y = v128.and(y, v128.load(out + e, 32));
      z = v128.and(z, v128.load(out + e, 48));
      w = v128.and(w, v128.load(out + f, 0));
      x = v128.and(x, v128.load(out + f, 16));
      y = v128.and(y, v128.load(out + f, 32));
      z = v128.and(z, v128.load(out + f, 48));
      w = v128.and(w, v128.load(out + g, 0));
      x = v128.and(x, v128.load(out + g, 16));
      y = v128.and(y, v128.load(out + g, 32));
      z = v128.and(z, v128.load(out + g, 48));
      w = v128.and(w, v128.load(out + h, 0));
      x = v128.and(x, v128.load(out + h, 16));
      y = v128.and(y, v128.load(out + h, 32));
      z = v128.and(z, v128.load(out + h, 48));
      if (!fresh) {
        w = v128.and(w, v128.load(out, 0));
        x = v128.and(x, v128.load(out, 16));
        y = v128.and(y, v128.load(out, 32));
        z = v128.and(z, v128.load(out, 48));
      }
      v128.store(out, w, 0);
      v128.store(out, x, 16);
      v128.store(out, y, 32);
      v128.store(out, z, 48);
    }
  }

  @inline static source(pattern: usize): usize {
    return load<u32>(pattern, ADDRESS) + load<u32>(pattern, NEXT);
  }
}
