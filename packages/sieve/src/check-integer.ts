/** @throws {RangeError} If `value` is not an integer from `min` to `max`. */
export function checkInteger(
  name: string,
  value: number,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`\`${name}\` must be an integer from ${min} to ${max}: received ${value}`);
}
