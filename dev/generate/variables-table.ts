import type { VariableDoc } from '@primes/service-kit';

/** The variables of one process. */
export interface VariableGroup {
  readonly title: string;
  readonly variables: readonly VariableDoc[];
}

/**
 * The tables of variables as Markdown, a table for each group. What an earlier group has is not repeated, so
 * the group of what all share comes first.
 *
 * @throws {RangeError} If a variable has no description.
 */
export function variableTables(groups: readonly VariableGroup[]): string {
  const seen = new Set<string>();
  return groups
    .map(({ title, variables }) => {
      const rows = variables.filter(({ name }) => !seen.has(name));
      for (const { name } of rows) seen.add(name);
      return [
        `**${title}**`,
        '',
        '| variable | default | what it does |',
        '| --- | --- | --- |',
        ...rows.map(row),
      ];
    })
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function row({ name, default: fallback, description }: VariableDoc): string {
  if (description === '') throw new RangeError(`Variable ${name} must have a description`);
  const shown = fallback === '' || fallback === 'required' ? fallback : `\`${fallback}\``;
  return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
}
