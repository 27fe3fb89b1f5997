import { request } from 'node:http';
import { TaskSummarySchema, TaskViewSchema } from '@primes/testing/echo';
import { startHttpServer, startService, testRedisUrl, uniquePrefix } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { setUp } from './set-up.ts';

const BASE = '/numbers/v1';
const CREDENTIALS = { ADMIN_USER: 'operator', ADMIN_PASSWORD: 'password' };
const headers = { authorization: `Basic ${Buffer.from('operator:password').toString('base64')}` };

const urls = await setUp(async (keep) => {
  const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: uniquePrefix(), BASE_PATH: BASE, ...CREDENTIALS };
  const api = keep(await startService('api', env, { job: 'echo' }));
  keep(await startService('worker', env, { job: 'echo' }));
  return {
    'removes the path': keep(await startProxy(api.url, { removes: true })).url,
    'passes the path on': keep(await startProxy(api.url, { removes: false })).url,
    direct: api.url,
  };
});

/** Serves the api below BASE only, as an Ingress does. */
function startProxy(target: string, { removes }: { removes: boolean }) {
  return startHttpServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (!url.startsWith(BASE)) {
      outgoing.writeHead(404).end('not the api');
      return;
    }
    const path = removes ? url.slice(BASE.length) || '/' : url;
    const forwarded = request(new URL(path, target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
}

describe.each(['removes the path', 'passes the path on'] as const)(
  'BASE_PATH behind a proxy that %s',
  (kind) => {
    const at = (path: string) => new URL(path, urls[kind]);
    async function read(url: URL): Promise<string> {
      const response = await fetch(url, { headers });
      expect(`${url.pathname} ${response.status}`).toBe(`${url.pathname} 200`);
      return response.text();
    }

    it('is in the Location of a task', async () => {
      const json = { 'Content-Type': 'application/json' };
      const response = await fetch(at(`${BASE}/tasks`), {
        method: 'POST',
        headers: json,
        body: '{"text":"a"}',
      });
      expect(response.status).toBe(202);
      const { request_id: id } = TaskSummarySchema.parse(await response.json());
      const location = response.headers.get('location') ?? '';
      expect(location).toBe(`${BASE}/tasks/${id}`);
      const view = TaskViewSchema.parse(JSON.parse(await read(at(`${location}?wait=30`))));
      expect(view).toMatchObject({ request_id: id, status: 'done' });
      expect(await read(at(`${location}/events`))).toContain(`"request_id":"${id}"`);
    });

    it.each([BASE, `${BASE}/`])('has a start page at %s, whose links work', async (path) => {
      const { docs } = JSON.parse(await read(at(path))) as { docs: string };
      expect(docs).toBe(`${BASE}/docs`);
      await read(at(docs));
    });

    it.each(['docs', 'docs/', 'redoc', 'redoc/', 'admin/queues', 'admin/queues/'])(
      'is in the links of /%s',
      async (path) => {
        const page = at(`${BASE}/${path}`);
        const html = await read(page);
        const base = new URL(/<base href="([^"]+)"/.exec(html)?.[1] ?? '', page);
        const links = [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)]
          .map(([, link = '']) => new URL(link, base))
          .filter(({ host }) => host === page.host);
        expect(links.length).toBeGreaterThan(1);
        await Promise.all(links.map(read));
      },
    );

    it.each(['docs', 'redoc'])('is in the document that /%s loads', async (page) => {
      const script = await read(at(`${BASE}/${page}/start.js`));
      const [, path = ''] = /'(\/[^']*openapi\.json)'/.exec(script) ?? [];
      expect(JSON.parse(await read(at(path)))).toMatchObject({ servers: [{ url: BASE }] });
    });

    it('reaches the api of the queue dashboard', async () => {
      expect(await read(at(`${BASE}/admin/queues/api/queues`))).toContain('"name":"echo"');
    });
  },
);

describe('BASE_PATH', () => {
  it('is not needed inside the cluster, such as by probes', async () => {
    for (const path of ['/livez', `${BASE}/livez`])
      expect((await fetch(new URL(path, urls.direct))).status).toBe(200);
  });

  it.each([`${BASE}x/livez`, `${BASE}${BASE}/livez`, '/numbers/livez'])(
    'is not a part of %s',
    async (path) => {
      expect((await fetch(new URL(path, urls.direct))).status).toBe(404);
    },
  );
});
