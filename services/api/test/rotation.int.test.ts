import { randomUUID } from 'node:crypto';
import { uniquePrefix } from '@primes/testing';
import { TaskSummarySchema } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startApi, type TestApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

const secrets = (name: string) => ({
  idempotency: `idempotency secret ${name}`,
  webhook: `whsec_${Buffer.from(`a webhook secret of 32 bytes: ${name}`).toString('base64')}`,
});
const [OLD, NEW] = [secrets('old'), secrets('new')];

function environment(own: typeof OLD, other?: typeof OLD): Record<string, string> {
  return {
    IDEMPOTENCY_SECRET: own.idempotency,
    WEBHOOK_SECRET: own.webhook,
    ...(other && { IDEMPOTENCY_SECRET_OTHER: other.idempotency, WEBHOOK_SECRET_OTHER: other.webhook }),
  };
}

/** The steps of a rotation: two consecutive ones run side by side. */
const STEPS = {
  before: environment(OLD),
  announced: environment(OLD, NEW),
  switched: environment(NEW, OLD),
  after: environment(NEW),
};

const shared = () => ({
  QUEUE_PREFIX: uniquePrefix(),
  WEBHOOK_ALLOWED_HOSTS: 'localhost',
  RETENTION_SECONDS: '60',
});

const { worker, receiver, ...apis } = await setUp(async (keep) => {
  const common = shared();
  const start = async (step: keyof typeof STEPS) => keep(await startApi({ ...common, ...STEPS[step] }));
  const [before, announced, switched, after] = await Promise.all([
    start('before'),
    start('announced'),
    start('switched'),
    start('after'),
  ]);
  const receives = keep(await startReceiver());
  return { before, announced, switched, after, worker: keep(await manualWorker(before)), receiver: receives };
});

function post(api: TestApi, key: string, body: object) {
  return api.http('post', '/tasks').set('Idempotency-Key', key).send(body);
}

async function submit(api: TestApi, key: string, body: object): Promise<string> {
  return TaskSummarySchema.parse((await post(api, key, body).expect(202)).body).request_id;
}

/** The ids of all tasks, and of all webhooks. */
async function jobs(): Promise<string[]> {
  const found = await Promise.all(
    [apis.before.tasks, apis.before.webhooks].map((queue) =>
      apis.before.redis.keys(queue.toKey('????????-????-????-????-????????????')),
    ),
  );
  return found.flat();
}

const NEIGHBOURS = [
  ['before', 'announced'],
  ['announced', 'switched'],
  ['switched', 'after'],
] as const;

describe('while the secret of the Idempotency-Keys is rotated', () => {
  it.each([
    ...NEIGHBOURS.slice(0, 2),
    ...NEIGHBOURS.slice(0, 2).map(([one, other]) => [other, one] as const),
    ['before', 'switched'] as const,
    ['switched', 'after'] as const,
  ])('a task of an api in the step "%s" is found in the step "%s"', async (first, second) => {
    const key = randomUUID();
    const id = await submit(apis[first], key, { text: 'a' });
    const replay = await post(apis[second], key, { text: 'a' }).expect(200);
    expect(replay.body).toMatchObject({ request_id: id });
    await post(apis[second], key, { text: 'b' }).expect(409);
    await (await worker.take()).complete();
    await post(apis[second], key, { text: 'a' }).expect(200);
  });

  it.each(NEIGHBOURS.slice(0, 2))(
    'equal requests at once make one task if half of the apis are in the step "%s", half in "%s"',
    async (one, other) => {
      for (const extra of [{}, { callback_url: receiver.url('/equal') }]) {
        for (let round = 0; round < 5; round++) {
          const key = randomUUID();
          const before = await jobs();
          const responses = await Promise.all(
            Array.from({ length: 10 }, (_, i) =>
              post(apis[i % 2 === 0 ? one : other], key, { text: 'a', ...extra }),
            ),
          );
          expect(responses.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 202]);
          const ids = new Set(responses.map(({ body }) => TaskSummarySchema.parse(body).request_id));
          expect(ids.size).toBe(1);
          expect(await jobs()).toHaveLength(before.length + ('callback_url' in extra ? 2 : 1));
          await (await worker.take()).complete();
        }
      }
    },
  );

  it('a task that has expired under the other secret is replaced by one new task', async () => {
    const key = randomUUID();
    const id = await submit(apis.announced, key, { text: 'a' });
    await (await worker.take()).complete();
    await apis.before.redis.hset(apis.before.tasks.toKey(id), 'finishedOn', Date.now() - 61_000);
    const next = await submit(apis.switched, key, { text: 'b' });
    expect(next).not.toBe(id);
    const replay = await post(apis.announced, key, { text: 'b' }).expect(200);
    expect(replay.body).toMatchObject({ request_id: next });
    await (await worker.take()).complete();
  });

  it('without the other secret, a key of before creates a second task', async () => {
    const key = randomUUID();
    const id = await submit(apis.before, key, { text: 'a' });
    expect(await submit(apis.after, key, { text: 'a' })).not.toBe(id);
    for (let i = 0; i < 2; i++) await (await worker.take()).complete();
  });
});

describe('while the secret of the webhooks is rotated', () => {
  it('receivers can verify every webhook with the old and with the new secret', async () => {
    const common = shared();
    await using announced = await startApi({ ...common, ...STEPS.announced });
    await using switched = await startApi({ ...common, ...STEPS.switched });
    await using own = await manualWorker(announced);
    const count = 20;
    for (let i = 0; i < count; i++) {
      const api = i % 2 === 0 ? announced : switched;
      await api.submit({ text: 'a', callback_url: receiver.url('/rotated') });
      await (await own.take()).complete();
    }
    for (const { headers, body } of await receiver.arrived('/rotated', count)) {
      const verify = (secret: string) => new Webhook(secret).verify(body, headers as Record<string, string>);
      for (const { webhook } of [OLD, NEW]) expect(verify(webhook)).toMatchObject({ status: 'done' });
      expect(() => verify(secrets('no').webhook)).toThrow();
    }
  });
});
