import { describe, expect, it, jest } from '@jest/globals';
import { createClient, unwrap } from '@primes/client';
import { keyFile } from '../../services/api/test/key-file.ts';
import { startReceiver, status } from '../../services/api/test/receiver.ts';
import { setUp } from '../../services/api/test/set-up.ts';
import { startBrowser, visit } from './browser.ts';
import { startPageSystem } from './system.ts';

jest.setTimeout(180_000);

const { url, key, readerKey, hold, receiver, browser } = await setUp(async (keep) => {
  const keys = keep(await keyFile({ operator: ['submit', 'operate'], reader: ['read'] }));
  const { api, hold } = keep(
    await startPageSystem({
      AUTH_KEYS_FILE: keys.file,
      WEBHOOK_ALLOWED_HOSTS: 'localhost',
      TRACE_URL_TEMPLATE: 'https://traces.example.com/trace/{trace_id}',
    }),
  );
  return {
    url: api.url,
    key: keys.keyOf('operator'),
    readerKey: keys.keyOf('reader'),
    hold,
    receiver: keep(await startReceiver()),
    browser: keep(await startBrowser()),
  };
});
const client = createClient({ baseUrl: url, key });

describe('the page of an operator', () => {
  it('retries all failed tasks after it has counted them', async () => {
    const slow = { n: 100_000_000, timeout_seconds: 1 };
    const release = await hold();
    await Promise.all([slow, slow].map((body) => client.submit(body).wait()));
    await release();
    const failed = async () => (await Array.fromAsync(client.taskPages({ status: 'failed' }))).flat();
    const { page, shows, click, violations } = await visit(browser, `${url}/#/queue`, { key });
    await shows('2 × ');
    expect(await violations()).toEqual([]);
    await click('Retry all with the code timeout');
    await shows('Retry all 2 tasks that failed with the code timeout?');
    expect(await failed()).toHaveLength(2);
    const retried = page.waitForResponse((response) => response.url().endsWith('/tasks/actions'));
    await click('Yes');
    expect(await (await retried).json()).toMatchObject({ changed: 2 });
    await shows('2 tasks run again.');
  });

  it('shows a webhook that was given up, and delivers it again', async () => {
    receiver.respond('/hook', status(410), status(410));
    const { request_id: id } = await client.submit({ n: 10, callback_url: receiver.url('/hook') }).wait();
    const task = await visit(browser, `${url}/#/tasks/${id}`, { key });
    await task.shows('Webhook given up');
    await task.shows('The receiver responded with 410 Gone, after 1 attempt');
    expect(await task.violations()).toEqual([]);
    await task.click('Redeliver');
    await receiver.arrived('/hook', 2);

    const queue = await visit(browser, `${url}/#/queue`, { key });
    await queue.shows('The receiver responded with 410 Gone');
    expect(await queue.violations()).toEqual([]);
    await queue.click('Redeliver all 1');
    await queue.click('Yes');
    await receiver.arrived('/hook', 3);
    await queue.shows('All receivers have accepted their webhooks.');
    await task.shows('Webhook delivered');
  });

  it('lists who has changed what, page by page', async () => {
    await unwrap(client.http.POST('/tasks/{id}/retry', { params: { path: { id: await cancelled() } } }));
    for (let i = 0; i < 10; i += 1) {
      await unwrap(client.http.POST('/queue/pause'));
      await unwrap(client.http.POST('/queue/resume'));
    }
    const { shows, click, text, violations } = await visit(browser, `${url}/#/queue`, { key });
    await shows('POST /queue/pause');
    expect(await violations()).toEqual([]);
    expect(await text()).not.toContain('/retry');
    await click('Older');
    await shows(/POST \/tasks\/.*\/retry\s+operator/);
    await click('Newest');
    await shows('POST /queue/pause');
  });

  it('filters tasks by who submitted them', async () => {
    const { request_id: id } = await client.submit({ n: 11 }).wait();
    const { page, shows, click, fill } = await visit(browser, `${url}/#/tasks`, { key });
    await click('Filters');
    await fill('Submitted by', 'somebody');
    await click('Apply');
    await shows('No task matches.');
    await fill('Submitted by', 'operator');
    await click('Apply');
    await shows('The first 11 primes');
    await page.goto(`${url}/#/tasks/${id}`);
    await shows(/Submitted by\s+operator/);
  });

  it('links to the trace of a task', async () => {
    const { request_id: id, traceparent } = await client.submit({ n: 10 }).wait();
    const { page } = await visit(browser, `${url}/#/tasks/${id}`, { key });
    const trace = traceparent.split('-')[1] ?? '';
    const address = `https://traces.example.com/trace/${trace}`;
    await page.waitForSelector(`::-p-xpath(//a[@href="${address}" and .="${trace}"])`);
  });
});

describe('the page of a reader', () => {
  it('opens with the first view that the key may use', async () => {
    const { page, shows, text } = await visit(browser, url, { key: readerKey });
    await page.waitForSelector('::-p-xpath(//h1[.="Tasks"])');
    await page.waitForSelector('::-p-xpath(//a[.="Tasks" and @aria-current="page"])');
    expect(await text()).not.toContain('Submit');
    await shows('Filters');
  });
});

async function cancelled(): Promise<string> {
  const { request_id: id } = await client.submit({
    n: 10,
    run_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await unwrap(client.http.DELETE('/tasks/{id}', { params: { path: { id } } }));
  await client.wait(id);
  return id;
}
