/** Prints what a scenario has measured: one line, past Jest's own reports. */
export function figure(name: string, value: string): void {
  process.stdout.write(`    figure: ${name}: ${value}\n`);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new RangeError('There is no median of nothing');
  return middle;
}
