import type { DocumentedValue } from './values-table.ts';

/** The part of a JSON schema that says which values there are. */
export interface ValueSchema {
  $ref?: string;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly definitions?: Readonly<Record<string, ValueSchema>>;
  description?: string;
}

/**
 * Adds the comments of values.yaml to its schema, for editors. A definition with values below it is copied to each place
 * that refers to it, because the comments differ.
 *
 * @throws {RangeError} If the schema lacks a value.
 */
export function describeValues(schema: ValueSchema, values: readonly DocumentedValue[]): void {
  for (const { path, description } of values) {
    const found = path.split('.').reduce<ValueSchema | undefined>((at, key) => {
      return at && copyDefinition(schema, at).properties?.[key];
    }, schema);
    if (!found) throw new RangeError(`The schema lacks the value ${path}`);
    found.description = description;
  }
}

/** The paths of values that have no description, and are not below one that has. */
export function undescribed(schema: ValueSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (value.description !== undefined) return [];
    return value.properties ? undescribed(value).map((path) => `${key}.${path}`) : [key];
  });
}

function copyDefinition({ definitions }: ValueSchema, at: ValueSchema): ValueSchema {
  const definition = definitions?.[at.$ref?.replace('#/definitions/', '') ?? ''];
  if (!definition) return at;
  delete at.$ref;
  return Object.assign(at, structuredClone(definition));
}
