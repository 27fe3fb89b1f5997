/** The rows of a CSV file as Locust writes it: by the names in its first line; no comma stands in any of ours. */
export function parseCsv(text: string): Readonly<Record<string, string>>[] {
  const [head = '', ...rows] = text.trim().split(/\r?\n/);
  const names = head.split(',');
  return rows.map((row) => {
    const values = row.split(',');
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
  });
}
