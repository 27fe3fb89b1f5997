import { randomUUID } from 'node:crypto';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { COMPUTE_JOB, FIRST_JOB_VERSION, ProblemSchema, type JobData } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { startApi } from './api.ts';
import { AUTH_CONTRACT, keyFile, startApiWithKeys } from './key-file.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { api, keys } = await setUp(async (keep) => {
  const file = keep(
    await keyFile({
      alice: ['submit', 'read'],
      bob: ['submit', 'read'],
      submitter: ['submit'],
      auditor: ['read-all'],
      operator: ['operate'],
      scraper: ['metrics'],
    }),
  );
  return { api: keep(await startApiWithKeys(file.file)), keys: file };
});
const { as } = keys;

async function submit(who: keyof typeof as, body: object = { text: 'a' }): Promise<string> {
  const response = await api.send(post(body, as[who]));
  expect(response.status).toBe(202);
  return (JSON.parse(response.body) as { request_id: string }).request_id;
}

async function listed(who: keyof typeof as, query = 'limit=100'): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | null = query; next !== null;) {
    const { body } = await api.send({ path: `/tasks?${next}`, headers: as[who] });
    const page = JSON.parse(body) as { tasks: { request_id: string }[]; next_cursor: string | null };
    ids.push(...page.tasks.map((task) => task.request_id));
    next = page.next_cursor && `${query}&cursor=${page.next_cursor}`;
  }
  return ids;
}

describe('credentials', () => {
  const missing = /^Bearer realm="\w+"$/;
  const invalid = /^Bearer realm="\w+", error="invalid_token"$/;
  it.each([
    ['no credentials', {}, missing],
    ['another scheme', { authorization: `Basic ${btoa(`alice:${keys.keyOf('alice')}`)}` }, missing],
    ['an unknown key', { authorization: `Bearer pk_${'a'.repeat(43)}` }, invalid],
    ['a part of a key', { authorization: as.alice.authorization.slice(0, -1) }, invalid],
    ['the digest of a key', { authorization: `Bearer ${keys.lineOf('alice').split(':')[1] ?? ''}` }, invalid],
    ['a key without a scheme', { authorization: keys.keyOf('alice') }, missing],
  ])('are requested with 401 for %s', async (_name, headers, challenge) => {
    const id = await submit('alice');
    for (const request of [
      { path: '/tasks' },
      { path: `/tasks/${id}` },
      { path: `/tasks/${id}?wait=30` },
      { path: `/tasks/${id}/events` },
      { path: `/tasks/${id}/webhook` },
      { method: 'DELETE', path: `/tasks/${id}` },
      post({ text: 'a' }),
    ]) {
      const response = await api.send({ ...request, headers: { ...request.headers, ...headers } });
      expect(response.status).toBe(401);
      expect(response.headers['www-authenticate']).toMatch(challenge);
    }
  });

  it('are said to have another form, or to be missing', async () => {
    const detailOf = async (headers: Record<string, string>) =>
      (JSON.parse((await api.send({ path: '/tasks', headers })).body) as { detail: string }).detail;
    expect(await detailOf({})).toMatch(/^Expected `Authorization: Bearer`.*, received none$/);
    for (const authorization of [keys.keyOf('alice'), 'Bearer a b', 'Basic YTpi']) {
      expect(await detailOf({ authorization })).toMatch(
        /^Expected `Authorization: Bearer`.*, received another form$/,
      );
    }
  });

  it('are not needed for the service itself', async () => {
    for (const path of [
      '/',
      '/health',
      '/livez',
      '/readyz',
      '/metrics',
      '/docs',
      '/redoc',
      '/openapi.json',
    ]) {
      expect((await api.send({ path })).status).toBe(200);
    }
  });

  it('are not checked for methods that a path does not have', async () => {
    for (const { template, methods } of AUTH_CONTRACT.paths) {
      if (template === '/admin/queues') continue;
      const path = template.replace('{id}', randomUUID());
      expect((await api.send({ method: 'OPTIONS', path })).headers['allow']).toContain(methods[0]);
      expect((await api.send({ method: 'PUT', path })).status).toBe(405);
    }
  });

  it('do not show whether a path exists', async () => {
    for (const headers of [{}, as.operator]) {
      for (const path of ['/nope', '/tasks/a/b', '/Tasks', '/admin', '//tasks']) {
        expect((await api.send({ path, headers })).status).toBe(404);
      }
    }
  });
});

describe('roles', () => {
  const id = randomUUID();
  const calls = {
    submit: post({ text: 'a' }),
    list: { path: '/tasks' },
    view: { path: `/tasks/${id}` },
    events: { path: `/tasks/${id}/events` },
    cancel: { method: 'DELETE', path: `/tasks/${id}` },
    queues: { path: '/admin/queues' },
  };
  it.each([
    ['alice', ['submit', 'list', 'view', 'events', 'cancel']],
    ['submitter', ['submit', 'cancel']],
    ['auditor', ['list', 'view', 'events']],
    ['operator', ['list', 'view', 'events', 'cancel', 'queues']],
    ['scraper', []],
  ] as const)('of %s allow only %j', async (who, allowed) => {
    for (const [name, call] of Object.entries(calls)) {
      const headers = { ...('headers' in call && call.headers), ...as[who] };
      const { status, headers: received, body } = await api.send({ ...call, headers });
      if ((allowed as readonly string[]).includes(name)) expect([200, 202, 404]).toContain(status);
      else {
        expect(status).toBe(403);
        expect(received['www-authenticate']).toMatch(
          /Bearer realm="\w+", error="insufficient_scope", scope="/,
        );
        expect(ProblemSchema.parse(JSON.parse(body)).type).toBe('urn:primes:problem:forbidden');
      }
    }
  });

  it('protect the metrics by choice', async () => {
    await using other = await startApiWithKeys(keys.file, { AUTH_METRICS: 'true' });
    for (const path of ['/metrics', '/api/metrics/health']) {
      const statuses = [{}, as.alice, as.scraper, as.operator].map(
        async (headers) => (await fetch(`${other.url}${path}`, { headers })).status,
      );
      const [none, alice, ...allowed] = await Promise.all(statuses);
      expect([none, alice]).toEqual([401, 403]);
      // 503: there is no gateway.
      for (const status of allowed) expect([200, 503]).toContain(status);
    }
  });

  it('admit a browser to the queue dashboard with a key as its password', async () => {
    const basic = (key: string) => ({ authorization: `Basic ${btoa(`any:${key}`)}` });
    const get = (headers = {}) => api.send({ path: '/admin/queues/api/queues', headers });
    expect(await get(basic(keys.keyOf('operator')))).toMatchObject({ status: 200 });
    expect(await get(basic(keys.keyOf('alice')))).toMatchObject({ status: 403 });
    expect(await get(basic('pk_unknown'))).toMatchObject({ status: 401 });
    expect((await get()).headers['www-authenticate']).toMatch(/^Basic realm=.*, Bearer realm=/);
  });

  it('replace the credentials of the queue dashboard', async () => {
    await using other = await startApiWithKeys(keys.file, { ADMIN_USER: 'root', ADMIN_PASSWORD: 'secret' });
    const basic = { authorization: `Basic ${btoa('root:secret')}` };
    expect((await other.send({ path: '/admin/queues', headers: basic })).status).toBe(401);
    expect((await other.send({ path: '/admin/queues', headers: as.operator })).status).toBe(200);
  });
});

describe('the tasks of others', () => {
  it('do not exist for a principal', async () => {
    const [mine, theirs] = [await submit('alice'), await submit('bob')];
    const missing = randomUUID();
    for (const [method, suffix] of [
      ['GET', ''],
      ['GET', '?limit=0'],
      ['GET', '?wait=30'],
      ['HEAD', ''],
      ['GET', '/events'],
      ['GET', '/webhook'],
      ['DELETE', ''],
    ] as const) {
      const at = (id: string) => api.send({ method, path: `/tasks/${id}${suffix}`, headers: as.alice });
      const [response, unknown] = [await at(theirs), await at(missing)];
      expect([response.status, response.headers['retry-after']]).toEqual([404, undefined]);
      expect(withoutIds(response.body)).toBe(withoutIds(unknown.body));
    }
    expect(await api.send({ method: 'DELETE', path: `/tasks/${mine}`, headers: as.alice })).toMatchObject({
      status: 202,
    });
    expect(await api.tasks.getJob(theirs)).toMatchObject({ data: { principal: 'bob' } });
  });

  it('do not exist while their owner waits for them', async () => {
    const id = await submit('bob');
    const path = `/tasks/${id}?wait=30`;
    await using owner = await disposable(api.open({ path: `/tasks/${id}/events`, headers: as.bob }));
    const waiting = api.send({ path, headers: as.bob });
    const others = Array.from({ length: 5 }, () => api.send({ path, headers: as.alice }));
    for (const { status } of await Promise.all(others)) expect(status).toBe(404);
    await api.send({ method: 'DELETE', path: `/tasks/${id}`, headers: as.bob });
    expect((await waiting).body).toContain('cancelled');
    expect(await owner.text()).toContain(id);
  });

  it('are read by read-all, and read and cancelled by operate', async () => {
    const id = await submit('bob');
    const at = (who: keyof typeof as, method = 'GET') =>
      api.send({ method, path: `/tasks/${id}`, headers: as[who] });
    expect((await at('auditor')).status).toBe(200);
    expect((await at('operator')).status).toBe(200);
    expect((await at('submitter', 'DELETE')).status).toBe(404);
    const cancelled = await at('operator', 'DELETE');
    expect(cancelled).toMatchObject({ status: 202, body: expect.stringContaining('"principal":"bob"') });
  });

  it('are not listed, however many there are', async () => {
    const mine = [await submit('alice'), await submit('alice', { text: 'a', priority: 1 })];
    const { data } = (await api.tasks.getJob(mine[0] ?? '')) as { data: JobData };
    const theirs = { ...data, principal: 'bob' };
    await api.tasks.addBulk(
      Array.from({ length: 250 }, () => ({ name: COMPUTE_JOB, data: theirs, opts: { jobId: randomUUID() } })),
    );
    mine.push(await submit('alice'));
    for (const query of ['limit=100', 'limit=2', 'status=pending&limit=2']) {
      const ids = await listed('alice', query);
      for (const id of mine) expect(ids).toContain(id);
      for (const id of ids)
        expect(await api.tasks.getJob(id)).toMatchObject({ data: { principal: 'alice' } });
    }
    const first = await api.send({ path: '/tasks?limit=3', headers: as.alice });
    expect((JSON.parse(first.body) as { tasks: unknown[] }).tasks).toHaveLength(3);
    expect(await listed('auditor', 'status=pending&limit=100')).toEqual(expect.arrayContaining(mine));
  });

  it('have results that only their owner reads', async () => {
    await using own = await startApiWithKeys(keys.file);
    await own.start('worker');
    const { body } = await own.send(post({ text: 'secret' }, as.bob));
    const path = `/tasks/${idOf(body)}?wait=30`;
    const result = { status: 'done', result: { text: 'secret' } };
    expect(JSON.parse((await own.send({ path, headers: as.bob })).body)).toMatchObject(result);
    expect(await own.send({ path, headers: as.alice })).toMatchObject({ status: 404 });
  });

  it('have Idempotency-Keys of their own', async () => {
    const key = randomUUID();
    const with_ = (who: keyof typeof as, text: string) =>
      api.send(post({ text }, { ...as[who], 'idempotency-key': key }));
    const [first, other] = [await with_('alice', 'a'), await with_('bob', 'b')];
    expect([first.status, other.status]).toEqual([202, 202]);
    expect(await with_('alice', 'a')).toMatchObject({ status: 200 });
    expect(await with_('bob', 'b')).toMatchObject({ status: 200 });
    expect(await with_('bob', 'a')).toMatchObject({ status: 409 });
    expect((await with_('bob', 'a')).body).not.toContain(idOf(first.body));
  });

  it('include those that were submitted without authentication', async () => {
    await using open = await startApi({ QUEUE_PREFIX: api.prefix });
    const { request_id: id } = await open.submit({ text: 'a' });
    expect(await api.tasks.getJob(id)).toMatchObject({ data: { version: FIRST_JOB_VERSION } });
    const status = async (who: keyof typeof as) =>
      (await api.send({ path: `/tasks/${id}`, headers: as[who] })).status;
    expect(await status('alice')).toBe(404);
    expect(await status('auditor')).toBe(200);
    // Without authentication, all tasks are visible again.
    expect(await open.view(await submit('alice'))).toMatchObject({ status: 'pending' });
  });
});

describe('the key file', () => {
  it('is read again when the volume of a Secret replaces it, and kept if it is invalid', async () => {
    await using own = await keyFile({ old: ['read'], next: ['read'] });
    const link = join(own.folder, 'mounted');
    /** As the kubelet does: a new folder, and a link to it that is replaced. */
    async function publish(version: string, text: string): Promise<void> {
      await mkdir(join(own.folder, version));
      await writeFile(join(own.folder, version, 'keys'), text);
      await symlink(version, join(own.folder, '..data_tmp'));
      await rename(join(own.folder, '..data_tmp'), join(own.folder, '..data'));
    }
    await publish('..1', own.lineOf('old'));
    await symlink('..data/keys', link);
    await using other = await startApiWithKeys(link);
    const status = async (who: 'old' | 'next') =>
      (await other.send({ path: '/tasks', headers: own.as[who] })).status;
    const logged = (msg: string) => other.process.logs.filter((line) => line.msg === msg);
    expect([await status('old'), await status('next')]).toEqual([200, 401]);

    await publish('..2', `# rotated\n${own.lineOf('next')}`);
    await eventually(async () => {
      expect([await status('old'), await status('next')]).toEqual([401, 200]);
    });
    await publish('..3', `next read ${own.keyOf('next')}`);
    await eventually(() => {
      expect(logged('api keys not reloaded')).toMatchObject([
        { level: 'error', reason: 'Line 1: expected `sha256:` and 64 hexadecimal digits in lower case' },
      ]);
    });
    expect(await status('next')).toBe(200);
    await publish('..4', `${own.lineOf('old')}\n${own.lineOf('next')}`);
    await eventually(async () => {
      expect([await status('old'), await status('next')]).toEqual([200, 200]);
    });
    await eventually(() => {
      expect(logged('api keys reloaded').map((line) => line['keys'])).toEqual([1, 2]);
    });
    const text = JSON.stringify(other.process.logs);
    for (const secret of [own.keyOf('old'), own.keyOf('next')]) expect(text).not.toContain(secret.slice(3));
  });

  it('prevents the start if it is invalid', async () => {
    await using own = await keyFile({ old: ['read'] });
    await writeFile(own.file, `# keys\nold all ${own.lineOf('old').split(' ')[2] ?? ''}`);
    await expect(startApiWithKeys(own.file)).rejects.toThrow(
      /AUTH_KEYS_FILE: .*: Line 2: expected roles out of/,
    );
    await expect(startApiWithKeys(join(own.folder, 'none'))).rejects.toThrow(/AUTH_KEYS_FILE: .*ENOENT/);
  });
});

it('names the principal in the log, and never a key', async () => {
  const id = await submit('alice');
  await eventually(() => {
    const line = api.process.logs.find((each) => each['task_id'] === id);
    expect(line).toMatchObject({ principal: 'alice', status: 202 });
  });
  const text = JSON.stringify(api.process.logs);
  for (const { authorization } of Object.values(as)) expect(text).not.toContain(authorization.slice(10));
});

it('is described in the document, which Swagger UI reads', async () => {
  const { body } = await api.send({ path: '/openapi.json', headers: {} });
  const document = JSON.parse(body) as { paths: Record<string, Record<string, object>> };
  expect(document).toMatchObject({
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  });
  expect(document.paths['/tasks']?.['get']).not.toHaveProperty('security');
  expect(document.paths['/health']?.['get']).toMatchObject({ security: [] });
});

function idOf(body: string): string {
  return (JSON.parse(body) as { request_id: string }).request_id;
}

function withoutIds(body: string): string {
  return body.replaceAll(/"(request_id|trace_id)":"[^"]*"/g, '');
}

async function disposable(opened: ReturnType<typeof api.open>) {
  const response = await opened;
  return {
    ...response,
    [Symbol.asyncDispose]: () => {
      response.disconnect();
      return Promise.resolve();
    },
  };
}
