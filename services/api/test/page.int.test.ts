import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const BUDGET_BYTES = 80_000;

const api = await setUp(async (keep) => keep(await startApi()));

it('is built', () => {
  expect(existsSync(new URL('../dist/page/index.html', import.meta.url))).toBe(true);
});

describe('GET /', () => {
  it.each([undefined, '*/*', 'application/json', 'application/json, text/html'])(
    'returns JSON for Accept: %s',
    async (accept) => {
      const response = await api.send({ path: '/', ...(accept && { headers: { accept } }) });
      expect(response.headers['vary']).toContain('Accept');
      expect(JSON.parse(response.body)).toMatchObject({ docs: '/docs' });
    },
  );

  it('returns the page for a browser, with nothing inline and no foreign host', async () => {
    const { headers, body } = await api.send({ path: '/', headers: { accept: BROWSER } });
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', vary: expect.stringContaining('Accept') });
    expect(headers['content-security-policy']).not.toMatch(/unsafe|http/);
    expect(body).not.toMatch(/%\w+%|<style|style=|https?:/);
    expect(body).toContain('<title>Echo</title>');
  });

  it('stays below the budget with all its files, which browsers may keep', async () => {
    const page = await api.send({ path: '/', headers: { accept: BROWSER } });
    let total = page.body.length;
    for (const [, file = ''] of page.body.matchAll(/(?:src|href)="(web\/[^"]+)"/g)) {
      const response = await fetch(`${api.url}/${file}`, { headers: { 'Accept-Encoding': 'br' } });
      expect(response.headers.get('content-encoding')).toBe('br');
      expect(response.headers.get('cache-control')).toBe('public,max-age=31536000,immutable');
      total += Number(response.headers.get('content-length'));
    }
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(BUDGET_BYTES);
  });

  it('returns 404 for an unknown file, and 405 for another method', async () => {
    expect(await api.send({ path: '/web/none.js' })).toMatchObject({ status: 404 });
    const response = await fetch(`${api.url}/web/none.js`, { method: 'POST' });
    expect(response.status).toBe(405);
  });
});

describe('GET /me', () => {
  it('says that everyone has all roles without authentication', async () => {
    const { body } = await api.send({ path: '/me' });
    expect(JSON.parse(body)).toEqual({
      principal: null,
      roles: ['submit', 'read', 'read-all', 'operate', 'metrics'],
      trace_url_template: null,
    });
  });

  it('says where traces are', async () => {
    const template = 'https://traces.example.com/trace/{trace_id}';
    await using traced = await startApi({ TRACE_URL_TEMPLATE: template });
    const { body } = await traced.send({ path: '/me' });
    expect(JSON.parse(body)).toMatchObject({ trace_url_template: template });
  });
});
