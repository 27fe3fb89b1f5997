/** Prints a measurement of a scenario as one line, bypassing Jest's reporter. */
export function figure(name: string, value: string): void {
  process.stdout.write(`    figure: ${name}: ${value}\n`);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new RangeError('Expected at least one value');
  return middle;
}
