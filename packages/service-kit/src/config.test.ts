import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { commonConfig } from './common-config.ts';
import { ConfigError, describeConfig, field, parseConfig } from './config.ts';

const schema = z.object({
  PORT: field.port(8_000, 'Port'),
  URL: field.httpUrl('Peer'),
  HOSTS: field.list('Trusted hosts'),
  VERBOSE: field.flag(false, 'Verbose logging'),
  NOTE: field.optionalText('Note'),
  PEER: field.httpUrl('Callee').default('http://b'),
});

describe('parseConfig()', () => {
  it('parses the variables and fills in the defaults', () => {
    const config = parseConfig(schema, { URL: 'http://a', PORT: '80', HOSTS: ' a, b,', VERBOSE: 'true' });
    expect(config).toEqual({ PORT: 80, URL: 'http://a', HOSTS: ['a', 'b'], VERBOSE: true, PEER: 'http://b' });
  });

  it('treats an empty variable as unset', () => {
    expect(parseConfig(schema, { URL: 'http://a', PORT: '', PORT_FILE: '' }).PORT).toBe(8_000);
  });

  it('ignores unknown variables', () => {
    expect(parseConfig(schema, { URL: 'http://a', HOME: '/' })).not.toHaveProperty('HOME');
  });

  it('returns a frozen object', () => {
    expect(Object.isFrozen(parseConfig(schema, { URL: 'http://a' }))).toBe(true);
  });

  it('names all invalid variables, not just the first', () => {
    const parse = () => parseConfig(schema, { PORT: '70000', URL: 'ftp://a' });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/PORT: .*65535.*URL: Must be an http:\/\/ or https:\/\/ URL/);
  });

  it('describes missing variables and invalid numbers', () => {
    const withSecret = z.object({ PORT: schema.shape.PORT, SECRET: z.string() });
    expect(() => parseConfig(withSecret, { PORT: 'x' })).toThrow(
      /: PORT: Must be a whole number; SECRET: Is required$/,
    );
  });

  it.each([' ', '\t\n', 'x', '1.5', '-1', '0x10x'])('rejects %j as a port', (PORT) => {
    expect(() => parseConfig(schema, { URL: 'http://a', PORT })).toThrow(/PORT/);
  });
});

describe('parseConfig() with a file', () => {
  const URL = 'http://a';

  /** Calls `use` with the path of a file with this content. */
  function withFile(content: string, use: (path: string) => void): void {
    const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
    const path = join(folder, 'note');
    writeFileSync(path, content);
    try {
      use(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it.each([
    ['a/b+c=', 'a/b+c='],
    ['line\n', 'line'],
    ['line\r\n', 'line'],
    ['\uFEFFline\r\n', 'line'],
    [' two\nlines \n\n', ' two\nlines \n'],
  ])(
    'reads the value from it, without a byte order mark and the newline at its end: %j',
    (content, value) => {
      withFile(content, (NOTE_FILE) => {
        expect(parseConfig(schema, { URL, NOTE: '', NOTE_FILE })).toMatchObject({ NOTE: value });
      });
    },
  );

  it('validates it like a variable, and reports it together with all other problems', () => {
    withFile('70000', (PORT_FILE) => {
      const env = { PORT_FILE, NOTE_FILE: '/none', URL, URL_FILE: PORT_FILE };
      expect(() => parseConfig(schema, env)).toThrow(
        /: URL_FILE: Must not be set together with URL; NOTE_FILE: ENOENT: .*\/none.*; PORT: Must be at most 65535/,
      );
    });
  });

  it.each(['', '\n', '\uFEFF\n'])('rejects an empty file: %j', (content) => {
    withFile(content, (NOTE_FILE) => {
      expect(() => parseConfig(schema, { URL, NOTE_FILE })).toThrow(/: NOTE_FILE: The file .* is empty$/);
    });
  });
});

describe('field.redisUrl()', () => {
  const parse = (text: string) => parseConfig(z.object({ R: field.redisUrl('Redis') }), { R: text });

  it('accepts a URL that can be parsed', () => {
    expect(parse('redis+sentinel://a,b/mymaster')).toEqual({ R: 'redis+sentinel://a,b/mymaster' });
  });

  it('says what is expected, and does not repeat the URL', () => {
    expect(() => parse('redis://:secret@h/abc')).toThrow(
      /: R: The path must be a database number, as in \S+$/,
    );
  });
});

describe('commonConfig', () => {
  const CLUSTER = 'redis+cluster://a,b';

  it('requires a hash tag in the prefix of each Redis Cluster', () => {
    const messageOf = (env: NodeJS.ProcessEnv) => () => parseConfig(commonConfig, env);
    expect(messageOf({ REDIS_URL: CLUSTER })).toThrow(
      /: QUEUE_PREFIX: Must contain a hash tag .*; STORE_PREFIX: Must contain a hash tag/,
    );
    expect(messageOf({ REDIS_URL: CLUSTER, STORE_REDIS_URL: 'redis://c' })).toThrow(/: QUEUE_PREFIX: [^;]*$/);
    expect(messageOf({ STORE_REDIS_URL: CLUSTER })).toThrow(/: STORE_PREFIX: [^;]*$/);
    expect(messageOf({ REDIS_URL: CLUSTER, QUEUE_PREFIX: '{a}', STORE_PREFIX: 'b{c}' })).not.toThrow();
  });

  it('requires a client certificate and its key together', () => {
    expect(() => parseConfig(commonConfig, { REDIS_TLS_CERT: 'a' })).toThrow(
      /: REDIS_TLS_CERT: Must be set together with REDIS_TLS_KEY$/,
    );
  });

  it('rejects certificates and keys that cannot be used, without their content', () => {
    expect(() => parseConfig(commonConfig, { REDIS_TLS_CA: 'secret' })).toThrow(
      /: REDIS_TLS_CA: Must be certificates in PEM$/,
    );
    expect(() => parseConfig(commonConfig, { REDIS_TLS_CERT: 'secret', REDIS_TLS_KEY: 'secret' })).toThrow(
      /: REDIS_TLS_CERT: Must be a certificate in PEM, and REDIS_TLS_KEY its private key$/,
    );
  });
});

describe('describeConfig()', () => {
  it('returns name, default and description of each variable', () => {
    expect(describeConfig(schema)).toEqual([
      { name: 'PORT', default: '8000', description: 'Port' },
      { name: 'URL', default: 'required', description: 'Peer' },
      { name: 'HOSTS', default: '', description: 'Trusted hosts' },
      { name: 'VERBOSE', default: 'false', description: 'Verbose logging' },
      { name: 'NOTE', default: '', description: 'Note' },
      { name: 'PEER', default: 'http://b', description: 'Callee' },
    ]);
  });
});
