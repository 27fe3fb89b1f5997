import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../project.ts';
import { describeValues, undescribed, type ValueSchema } from './chart-schema.ts';
import { documentedValues } from './values-table.ts';

const schema = (): ValueSchema => ({
  properties: {
    replicas: {},
    queue: { $ref: '#/definitions/redis' },
    store: { $ref: '#/definitions/redis' },
  },
  definitions: { redis: { properties: { url: {} } } },
});
const described = (yaml: string) => {
  const result = schema();
  describeValues(result, documentedValues(yaml));
  return result;
};

describe('describeValues()', () => {
  it('adds the comments of values, also of those in definitions', () => {
    const result = described(`
# -- Pods
replicas: 2
queue:
  # -- Of the queue
  url: ''
store:
  # -- Of the store
  url: ''
`);
    expect(result.properties).toEqual({
      replicas: { description: 'Pods' },
      queue: { properties: { url: { description: 'Of the queue' } } },
      store: { properties: { url: { description: 'Of the store' } } },
    });
    expect(undescribed(result)).toEqual([]);
  });

  it('throws for a value that the schema lacks', () => {
    expect(() => described('# -- Pods\nreplica: 2\n')).toThrow('The schema lacks the value replica');
    expect(() => described('queue:\n  # -- User\n  user: a\n')).toThrow(
      'The schema lacks the value queue.user',
    );
  });
});

describe('undescribed()', () => {
  it('lists values, but none below one that has a description', () => {
    expect(undescribed(schema())).toEqual(['replicas', 'queue', 'store']);
    expect(undescribed(described('# -- Redis\nqueue: {}\n'))).toEqual(['replicas', 'store']);
  });
});

describe('the schema of the chart', () => {
  it('describes every value', async () => {
    const text = await readFile(join(ROOT, 'charts/primes/values.schema.json'), 'utf8');
    expect(undescribed(JSON.parse(text) as ValueSchema)).toEqual([]);
  });
});
