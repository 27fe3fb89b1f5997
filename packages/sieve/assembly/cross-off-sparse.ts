import { BATCH, ENTRY_BYTES, MASKS, STARTS, locate } from './batch';
import { BATCH_PRIMES } from './tuning';

/**
 * Crosses off primes that are larger than the segment, for numbers above 1.7 · 10^10. Each class has at most one multiple
 * in the segment, and for large numbers mostly none. A fast sieve would sort these primes by the segment of their next
 * multiple (primesieve's EratBig); this one only needs to be correct.
 */
export function crossOffSparse(segment: usize, bytes: u32, firstByte: f64, from: usize, to: usize): void {
  const segmentEnd = segment + bytes;
  while (from < to) {
    const stop = min(to, from + 4 * BATCH_PRIMES);
    const end = locate(segment, firstByte, from, stop);
    for (let entry = BATCH; entry < end; entry += ENTRY_BYTES) {
      for (let i = 0; i < 8; i++) {
        const at: usize = load<u32>(entry + 4 * i, STARTS);
        if (at < segmentEnd) store<u8>(at, load<u8>(at) & load<u8>(entry + i, MASKS));
      }
    }
    from = stop;
  }
}
