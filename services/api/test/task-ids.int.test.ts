import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi()));

describe('an id in upper case', () => {
  it('identifies the same task in every call, and is returned in lower case', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const path = `/tasks/${id.toUpperCase()}`;
    expect(path).not.toBe(`/tasks/${id}`);
    const pending = { request_id: id, status: 'pending' };
    expect((await api.http('get', path).expect(200)).body).toMatchObject(pending);
    expect((await api.http('get', `${path}?wait=1`).expect(200)).body).toMatchObject(pending);
    expect((await api.http('delete', path).expect(202)).body).toMatchObject({ request_id: id });
    const { text } = await api.http('get', `${path}/events`).expect(200);
    expect(text).toContain(`"request_id":"${id}"`);
    await eventually(() => {
      const logged = api.process.logs.filter((line) => line.msg === 'request' && line['method'] !== 'POST');
      expect(new Set(logged.map((line) => line['task_id']))).toEqual(new Set([id]));
    });
  });
});
