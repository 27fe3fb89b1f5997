import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, describeConfig, field, parseConfig } from './config.ts';

const schema = z.object({
  PORT: field.port(8_000, 'Where to listen'),
  URL: field.httpUrl('Whom to ask'),
  HOSTS: field.list('Whom to trust'),
  VERBOSE: field.flag(false, 'Say more'),
  NOTE: field.optionalText('Anything'),
  PEER: field.httpUrl('Whom to call').default('http://b'),
});

describe('parseConfig()', () => {
  it('reads text into values and fills in the defaults', () => {
    const config = parseConfig(schema, { URL: 'http://a', PORT: '80', HOSTS: ' a, b,', VERBOSE: 'true' });
    expect(config).toEqual({ PORT: 80, URL: 'http://a', HOSTS: ['a', 'b'], VERBOSE: true, PEER: 'http://b' });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(parseConfig(schema, { URL: 'http://a', PORT: '' }).PORT).toBe(8_000);
  });

  it('ignores variables that it does not know', () => {
    expect(parseConfig(schema, { URL: 'http://a', HOME: '/' })).not.toHaveProperty('HOME');
  });

  it('gives back a frozen value', () => {
    expect(Object.isFrozen(parseConfig(schema, { URL: 'http://a' }))).toBe(true);
  });

  it('names every variable that is wrong, not just the first', () => {
    const parse = () => parseConfig(schema, { PORT: '70000', URL: 'ftp://a' });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/PORT: .*65535.*URL: Must be an http:\/\/ or https:\/\/ URL/);
  });

  it.each(['x', '1.5', '-1', '0x10x'])('refuses %j as a port', (PORT) => {
    expect(() => parseConfig(schema, { URL: 'http://a', PORT })).toThrow(/PORT/);
  });
});

describe('describeConfig()', () => {
  it('gives name, default and description of each variable', () => {
    expect(describeConfig(schema)).toEqual([
      { name: 'PORT', default: '8000', description: 'Where to listen' },
      { name: 'URL', default: 'required', description: 'Whom to ask' },
      { name: 'HOSTS', default: '', description: 'Whom to trust' },
      { name: 'VERBOSE', default: 'false', description: 'Say more' },
      { name: 'NOTE', default: '', description: 'Anything' },
      { name: 'PEER', default: 'http://b', description: 'Whom to call' },
    ]);
  });
});
