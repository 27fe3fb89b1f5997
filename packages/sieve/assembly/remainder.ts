/**
 * `dividend` mod `divisor` for integers, in floating point: division of 64-bit integers is slower, and JavaScript can pass
 * them only as BigInts.
 *
 * Exact: the quotient of `dividend` + ½ differs from an integer by at least 1 / (2 · `divisor`), and rounding changes it by
 * less while `dividend` is below 2^50.
 */
export function remainder(dividend: f64, divisor: f64): f64 {
  return dividend - Math.floor((dividend + 0.5) / divisor) * divisor;
}
