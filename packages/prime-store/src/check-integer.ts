/** @throws {RangeError} If `value` is not an integer from `least` to `most`. */
export function checkInteger(
  name: string,
  value: number,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`\`${name}\` must be an integer from ${least} to ${most}: received ${value}`);
}
