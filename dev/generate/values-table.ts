import { isMap, isNode, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';

/** A value that users may set, including the values below it. */
export interface DocumentedValue {
  readonly path: string;
  readonly fallback: unknown;
  readonly description: string;
}

/** Prefix of a comment that documents a value, as in helm-docs. Other comments are for readers of the file. */
const MARK = '-- ';

/**
 * The values of a values.yaml that have a comment starting with `# --`.
 *
 * @throws {RangeError} If a value is neither documented nor below a documented one.
 */
export function documentedValues(valuesYaml: string): DocumentedValue[] {
  const { contents } = parseDocument(valuesYaml);
  if (!isMap(contents)) throw new RangeError('The values must be a map');
  return valuesOf(contents, '');
}

/** The table of documented values as Markdown. */
export function valuesTable(values: readonly DocumentedValue[]): string {
  return ['| value | default | what it does |', '| --- | --- | --- |', ...values.map(row)].join('\n');
}

function valuesOf(map: YAMLMap, prefix: string): DocumentedValue[] {
  return map.items.flatMap((pair, index) => {
    const path = prefix + String(pair.key);
    // The parser attaches the comment before the first key to the map.
    const description = describe(commentOf(pair) ?? (index === 0 ? map.commentBefore : undefined));
    if (description !== undefined) return [{ path, fallback: toValue(pair.value), description }];
    if (isMap(pair.value)) return valuesOf(pair.value, `${path}.`);
    throw new RangeError(`Value ${path} must have a comment that starts with \`# --\``);
  });
}

function commentOf({ key }: Pair): string | null | undefined {
  return isScalar(key) ? key.commentBefore : undefined;
}

/** What follows the mark, on one line. */
function describe(comment: string | null | undefined): string | undefined {
  const lines = (comment ?? '').split('\n').map((text) => text.trim());
  const start = lines.findIndex((text) => text.startsWith(MARK));
  return start === -1 ? undefined : lines.slice(start).join(' ').slice(MARK.length);
}

function toValue(node: unknown): unknown {
  return isNode(node) ? node.toJSON() : node;
}

function row({ path, fallback, description }: DocumentedValue): string {
  const shown = fallback === '' ? '' : `\`${JSON.stringify(fallback).replaceAll('|', '\\|')}\``;
  return `| \`${path}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
}
