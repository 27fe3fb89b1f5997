import { describe, expect, it } from '@jest/globals';
import { readStartConfig } from './config.ts';
import { screen } from './screen.ts';

describe('screen()', () => {
  it('shows all URLs and an example', () => {
    const redis = { url: 'redis://127.0.0.1:6390', about: 'data in /x' };
    const text = screen(readStartConfig({ API_PORT: '9000' }), redis);
    expect(text).toContain('http://127.0.0.1:9000/docs');
    expect(text).toContain(
      "curl -s http://127.0.0.1:9000/tasks -H 'Content-Type: application/json' -d '{\"n\": 100}'",
    );
    expect(text).toContain('redis://127.0.0.1:6390\n            data in /x');
  });

  it('hides the password', () => {
    const text = screen(readStartConfig({}), { url: 'rediss://user:hidden@redis.example:6380/1', about: '' });
    expect(text).toContain('rediss://user:***@redis.example:6380/1');
    expect(text).not.toContain('hidden');
  });
});
