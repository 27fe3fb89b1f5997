import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const [ADMIN_USER, ADMIN_PASSWORD] = ['operator', 'pass:word ü'];
const api = await setUp(async (keep) => keep(await startApi({ ADMIN_USER, ADMIN_PASSWORD })));

const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});
const right = basic(`${ADMIN_USER}:${ADMIN_PASSWORD}`);
const paths = ['/admin/queues', '/admin/queues/', '/admin/queues/queue/echo', '/admin/queues/api/queues'];

describe('/admin/queues', () => {
  it.each([
    ['no credentials', {}],
    ['another user', basic(`root:${ADMIN_PASSWORD}`)],
    ['another password', basic(`${ADMIN_USER}:pass`)],
    ['a longer password', basic(`${ADMIN_USER}:${ADMIN_PASSWORD}!`)],
    ['no password', basic(ADMIN_USER)],
    ['empty credentials', basic('')],
    ['another scheme', { authorization: right.authorization.replace('Basic', 'Bearer') }],
    ['no scheme', { authorization: right.authorization.replace('Basic ', '') }],
  ])('requests credentials with 401 for %s', async (_name, headers) => {
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const response = await api.send({ method, path, headers });
        expect(response.status).toBe(401);
        expect(response.headers['www-authenticate']).toMatch(/^Basic realm=/);
        expect(response.body).not.toContain('echo"');
      }
    }
  });

  it.each([right, { authorization: right.authorization.replace('Basic', 'bASIC') }])(
    'serves the dashboard for %o',
    async (headers) => {
      const page = await api.send({ path: '/admin/queues', headers });
      expect(page).toMatchObject({
        status: 200,
        headers: { 'content-type': expect.stringContaining('text/html') },
      });
      // The page loads only from this server; its policy blocks other sources.
      const policy = String(page.headers['content-security-policy']);
      expect(policy).not.toMatch(/https?:/);
      const needed = [...page.body.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)]
        .map(([, target = '']) => new URL(target, 'http://host/admin/queues/'))
        .filter(({ host }) => host === 'host');
      expect(needed.length).toBeGreaterThan(2);
      for (const { pathname: path } of needed) expect((await api.send({ path, headers })).status).toBe(200);
      const queues = await api.send({ path: '/admin/queues/api/queues', headers });
      expect(JSON.parse(queues.body)).toMatchObject({ queues: [{ name: 'echo' }, { name: 'webhooks' }] });
    },
  );

  it('does not exist if no credentials are configured', async () => {
    await using other = await startApi({ ADMIN_USER: '', ADMIN_PASSWORD: '' });
    for (const path of paths) expect((await other.send({ path, headers: right })).status).toBe(404);
  });

  it.each([{ ADMIN_USER, ADMIN_PASSWORD: '' }, { ADMIN_PASSWORD }])(
    'prevents the start of the api with %o',
    async (env) => {
      await expect(startApi(env)).rejects.toThrow('ADMIN_USER: Must be set together with ADMIN_PASSWORD');
    },
  );
});
