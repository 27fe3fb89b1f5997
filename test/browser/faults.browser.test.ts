import { request } from 'node:http';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { createClient } from '@primes/client';
import { eventually, startHttpServer } from '@primes/testing';
import { keyFile } from '../../services/api/test/key-file.ts';
import { startBrowser, visit } from './browser.ts';
import { startPageSystem } from './system.ts';

jest.setTimeout(180_000);

const browser = await startBrowser();
afterAll(() => browser.close());

describe('the page, while the service is in trouble', () => {
  it('shows a load of 1,000 tasks, and a worker that is killed', async () => {
    await using system = await startPageSystem();
    const { page, shows, click, fill, errors } = await visit(browser, system.api.url);
    await click('Load: submit it many times');
    await fill('Over how many seconds', '1');
    await click('Start the load');
    await shows('1,000 of 1,000 accepted');
    const client = createClient({ baseUrl: system.api.url });
    await eventually(async () => {
      const pages = await Array.fromAsync(client.taskPages({ status: 'done' }));
      expect(pages.flat()).toHaveLength(1_000);
    });
    await page.goto(`${system.api.url}/#/queue`);
    await shows(/slots busy/);
    system.worker.kill('SIGKILL');
    await shows('No worker runs now');
    expect(errors).toEqual([]);
  });

  it('says that Redis is unavailable, and continues when it is back', async () => {
    await using system = await startPageSystem();
    await createClient({ baseUrl: system.api.url }).submit({ n: 10 }).wait();
    const { shows, text } = await visit(browser, `${system.api.url}/#/tasks`);
    await shows('The first 10 primes');
    await system.redis.stop();
    await shows('Redis is unavailable');
    expect(await text()).toContain('The first 10 primes');
    await system.redis.start();
    await eventually(async () => {
      expect(await text()).not.toContain('Redis is unavailable');
    });
  });
});

describe('the page, elsewhere', () => {
  it('asks for a key, keeps it out of addresses, and hides what its roles do not allow', async () => {
    await using keys = await keyFile({
      reader: ['read'],
      operator: ['submit', 'operate'],
      submitter: ['submit'],
    });
    await using system = await startPageSystem({ AUTH_KEYS_FILE: keys.file, AUTH_METRICS: 'true' });
    const { page, shows, text, click } = await visit(browser, `${system.api.url}/#/tasks`);
    const use = async (key: string): Promise<void> => {
      await page.locator('input[name=key]').fill(key);
      await click('Continue');
    };
    await shows('This service asks for a key');
    await use('wrong');
    await shows('The server did not accept this key');
    await use(keys.keyOf('reader'));
    await shows('There are no tasks yet');
    const links = () =>
      page.evaluate('[...document.querySelectorAll("header nav a")].map((link) => link.textContent)');
    expect(await links()).toEqual(['Tasks', 'Health', 'API', 'Reference']);
    expect(await text()).not.toContain('Submit');
    await click('Filters');
    await shows('Submitted since');
    expect(await text()).not.toContain('Submitted by');
    expect(page.url()).not.toContain('pk_');

    await click('Forget the key');
    await use(keys.keyOf('operator'));
    await shows('operator');
    await page.waitForFunction('document.querySelectorAll("header nav a").length === 6');
    await page.goto(`${system.api.url}/#/`);
    await page.locator('button.primary').click();
    await shows('7,907, 7,919');
    expect(await text()).not.toContain('may not');

    await click('Forget the key');
    await use(keys.keyOf('submitter'));
    await shows('submitter');
    await page.reload();
    await page.locator('button.primary').click();
    await shows('Your key may not read tasks, so the page cannot show how they end.');
    expect(await text()).not.toContain('pending');
    await page.goto(`${system.api.url}/#/health`);
    await shows('Your key needs the role “metrics”');
    await shows('It accepts tasks.');
    expect(await text()).not.toContain('Metrics gateway');
  });

  it('works below a path', async () => {
    await using system = await startPageSystem({ BASE_PATH: '/numbers' });
    await using proxy = await startHttpServer((incoming, outgoing) => {
      const { url = '', method, headers } = incoming;
      if (!url.startsWith('/numbers')) {
        outgoing.writeHead(404).end();
        return;
      }
      const path = url.slice('/numbers'.length) || '/';
      const forwarded = request(new URL(path, system.api.url), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      // The page polls until the end, when the api stops first.
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
    const { page, shows, click, errors } = await visit(browser, `${proxy.url}/numbers`);
    await page.locator('button.primary').click();
    await shows('7,907, 7,919');
    await click('Health');
    await shows('It accepts tasks.');
    expect(errors).toEqual([]);
  });

  it('writes numbers as the reader does', async () => {
    await using system = await startPageSystem();
    const { page, shows } = await visit(browser, system.api.url, { locale: 'fr-FR' });
    await page.locator('button.primary').click();
    // A narrow no-break space.
    await shows('7\u202f919');
  });
});
