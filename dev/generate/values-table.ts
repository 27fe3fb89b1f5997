import { isMap, isNode, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';

/** A value that users may set, with all that is below it. */
export interface DocumentedValue {
  readonly path: string;
  readonly fallback: unknown;
  readonly description: string;
}

/** What starts the comment that documents a value, as helm-docs has it. Other comments are for readers of the file. */
const MARK = '-- ';

/**
 * The values that a values.yaml documents: each that has a comment starting with `# --`.
 *
 * @throws {RangeError} If a value is neither documented nor below one that is.
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
    // The comment before the first key belongs to the map, for the parser.
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
