/**
 * `dividend` mod `divisor`, for integers, in floating point: 64-bit integers would divide more slowly, and
 * JavaScript hands them over as BigInts only.
 *
 * Exact: the quotient of `dividend` + ½ is at least 1 / (2 · `divisor`) from an integer, and rounding moves it
 * by less as long as `dividend` is below 2^50.
 */
export function remainder(dividend: f64, divisor: f64): f64 {
  return dividend - Math.floor((dividend + 0.5) / divisor) * divisor;
}
