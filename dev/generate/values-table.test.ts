import { describe, expect, it } from '@jest/globals';
import { documentedValues, valuesTable } from './values-table.ts';

const rows = (yaml: string) => valuesTable(documentedValues(yaml)).split('\n').slice(2);

describe('documentedValues() and valuesTable()', () => {
  it('writes a row for each documented value', () => {
    const yaml = `
# About the file.

# -- Pods
replicas: 2
image:
  # -- Where it is
  repository: primes
  # -- Its tag,
  # or a|b
  tag: ''
# A part.
resources:
  # Not in the table.
  # -- CPU and memory
  requests: { cpu: 1 }
`;
    expect(rows(yaml)).toEqual([
      '| `replicas` | `2` | Pods |',
      '| `image.repository` | `"primes"` | Where it is |',
      '| `image.tag` |  | Its tag, or a\\|b |',
      '| `resources.requests` | `{"cpu":1}` | CPU and memory |',
    ]);
  });

  it('throws for an undocumented value', () => {
    expect(() => documentedValues('image:\n  # For whom?\n  tag: x\n')).toThrow(
      'Value image.tag must have a comment that starts with `# --`',
    );
    expect(() => documentedValues('[]')).toThrow('The values must be a map');
  });
});
