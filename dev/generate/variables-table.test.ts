import { describe, expect, it } from '@jest/globals';
import { variableTables } from './variables-table.ts';

const host = { name: 'HOST', default: '0.0.0.0', description: 'Address to listen on' };
const secret = { name: 'SECRET', default: 'required', description: 'One of `a|b`' };
const hosts = { name: 'HOSTS', default: '', description: 'Names' };

describe('variableTables()', () => {
  it('writes a row for each variable, in the first group that has it', () => {
    const tables = variableTables([
      { title: 'All', variables: [host] },
      { title: 'api', variables: [host, secret, hosts] },
    ]);
    expect(tables.split('\n')).toEqual([
      '**All**',
      '',
      '| variable | default | what it does |',
      '| --- | --- | --- |',
      '| `HOST` | `0.0.0.0` | Address to listen on |',
      '',
      '**api**',
      '',
      '| variable | default | what it does |',
      '| --- | --- | --- |',
      '| `SECRET` | required | One of `a\\|b` |',
      '| `HOSTS` |  | Names |',
    ]);
  });

  it('throws for a variable without a description', () => {
    const variables = [{ ...host, description: '' }];
    expect(() => variableTables([{ title: 'All', variables }])).toThrow(
      'Variable HOST must have a description',
    );
  });
});
