import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../../services/api/test/receiver.ts';
import { setUp } from '../../services/api/test/set-up.ts';
import { DOCUMENT, startPrimesApi } from './api.ts';

const { api, receiver } = await setUp(async (keep) => ({
  api: keep(await startPrimesApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' })),
  receiver: keep(await startReceiver()),
}));
const { components } = DOCUMENT as unknown as { components: { examples: Record<string, { value: object }> } };

/** The value without what differs between runs: ids and times. */
function shape(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'id')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replaceAll(/00-[\da-f]{32}-[\da-f]{16}-0\d/g, 'traceparent');
  return JSON.parse(text) as unknown;
}

describe('the examples of the API document', () => {
  it('are what a run shows', async () => {
    const post = async (path: string, body: object): Promise<Record<string, unknown>> =>
      (await api.http('post', path).send(body).expect(202)).body as Record<string, unknown>;
    const get = async (path: string): Promise<unknown> => (await api.http('get', path).expect(200)).body;

    const cancelled = await post('/tasks', { n: 100 });
    const shown: Record<string, unknown> = {
      Cancelled: (await api.http('delete', `/tasks/${String(cancelled['request_id'])}`).expect(202)).body,
    };
    const accepted = await post('/tasks', { n: 100, callback_url: receiver.url('/hook') });
    shown['Accepted'] = accepted;
    await api.start('worker');
    shown['Done'] = await get(`/tasks/${String(accepted['request_id'])}?wait=30`);
    shown['TaskPage'] = await get('/tasks?status=done');
    const [webhook] = await receiver.arrived('/hook', 1);
    shown['Ended'] = JSON.parse(webhook?.body ?? '');
    shown['Batch'] = await post('/tasks/batch', [{ n: 1 }, { n: 2 }]);
    const documented = Object.entries(components.examples).map(([name, { value }]) => [name, value]);
    expect(shape(shown)).toEqual(shape(Object.fromEntries(documented)));
  });
});
