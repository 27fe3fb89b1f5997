import { describe, expect, it, jest } from '@jest/globals';
import { createClient } from '@primes/client';
import { setUp } from '../../services/api/test/set-up.ts';
import { startBrowser, visit } from './browser.ts';
import { startPageSystem } from './system.ts';

jest.setTimeout(180_000);

const VIEWS = ['', 'tasks', 'queue', 'health'] as const;

/** Opens what is folded. */
const UNFOLD = 'for (const each of document.querySelectorAll("details")) each.open = true';
/** What ends beyond the right edge, or is wider than the element that shows it. */
const CUT = `[...document.querySelectorAll('#page *')]
  .filter((each) => !each.closest('.skip, .visually-hidden, .uplot'))
  .filter((each) => each.getBoundingClientRect().right > innerWidth ||
    (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== 'visible'))
  .map((each) => each.outerHTML)`;

const { system, browser } = await setUp(async (keep) => ({
  system: keep(await startPageSystem({ ADMIN_USER: 'operator', ADMIN_PASSWORD: 'password' })),
  browser: keep(await startBrowser()),
}));
const { api } = system;

describe('the page', () => {
  it('submits a task and shows its primes and plots', async () => {
    const { page, errors, shows } = await visit(browser, api.url);
    await page.locator('button.primary').click();
    await shows('The first 1,000 primes');
    await shows(/Done in .* after .* in the queue: sieved 1 segment/);
    await shows('7,907, 7,919');
    await page.waitForSelector('canvas.zoomable');
    expect(await page.$$('.uplot')).toHaveLength(3);
    expect(errors).toEqual([]);
  });

  it('works by plain HTTP from another machine', async () => {
    const { port } = new URL(api.url);
    const { page, shows, errors } = await visit(browser, `http://primes.test:${port}`);
    await page.locator('button.primary').click();
    await shows('7,907, 7,919');
    // The header is for HTTPS.
    expect(errors).toEqual([
      expect.stringMatching(/^The Cross-Origin-Opener-Policy header has been ignored/),
    ]);
  });

  it('names the field that the api rejects', async () => {
    const { page, shows } = await visit(browser, api.url);
    await page.locator('input[inputmode=numeric]').fill('1000000000');
    await page.locator('button.primary').click();
    await shows('Must be at most');
    expect(await page.$('input[inputmode=numeric][aria-invalid=true]')).not.toBeNull();
  });

  it.each([
    ['1e3', 'Must be a whole number'],
    ['1.5', 'Must be a whole number'],
    ['-5', 'Must be at least 1'],
    ['', 'Is required'],
  ])('submits nothing for %j primes', async (text, problem) => {
    const { page, shows, click, text: shown } = await visit(browser, api.url);
    await page.evaluate('document.querySelector("input[inputmode=numeric]").select()');
    await page.keyboard.press('Backspace');
    await page.keyboard.type(text);
    await shows(problem);
    const submissions: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && submissions.push(request.url()));
    await page.locator('button.primary').click();
    await click('Load: submit it many times');
    await click('Start the load');
    expect(await page.$$('form:invalid')).toHaveLength(1);
    expect(await shown()).not.toContain('Your tasks');
    expect(submissions).toEqual([]);
  });

  it.each(['-5', '1.5', '0', '100001'])('starts no load of %s tasks', async (text) => {
    const { page, shows, click, fill } = await visit(browser, api.url);
    await click('Load: submit it many times');
    await fill('Number of tasks', text);
    await shows(/Must be (a whole number|at least 1|at most 100,000)/);
    await click('Start the load');
    expect(await page.$('progress')).toBeNull();
  });

  it('cancels a large task midway', async () => {
    const release = await system.hold();
    const { page, errors, shows, click } = await visit(browser, api.url);
    await page.locator('input[inputmode=numeric]').fill('100000000');
    await page.locator('button.primary').click();
    await click('The first 100,000,000 primes');
    await shows('Running for');
    await click('Cancel');
    await shows('Cancelled after');
    await click('Run it again');
    await click('Cancel');
    await shows('Cancelled after');
    await release();
    expect(errors).toEqual([]);
  });

  it('submits a batch, and lists it', async () => {
    const { errors, shows, click, fill } = await visit(browser, api.url);
    await click('Batch: submit several at once');
    await fill('How many primes, one task a line', '10\n1e3\n20');
    await click('Submit the batch');
    await shows('Line 2: Must be a whole number');
    expect(errors).toEqual([]);
    await fill('How many primes, one task a line', '10\n1,000,000,000');
    await click('Submit the batch');
    await shows('Line 2: n: Must be at most 100000000');
    await fill('How many primes, one task a line', '11\n1,100\n');
    await click('Submit the batch');
    await shows('2 accepted.');
    await click('Show them');
    await shows('2 done');
    await shows('The first 1,100 primes');
  });

  it('filters the list of tasks', async () => {
    const client = createClient({ baseUrl: api.url });
    await Promise.all([12, 13].map((n) => client.submit({ n }).wait()));
    const { page, shows, click, fill, text } = await visit(browser, `${api.url}/#/tasks?status=done`);
    await shows('The first 12 primes');
    await click('Filters');
    await fill('How many primes', '13');
    await fill('Submitted since', '2026-01-01T00:00');
    await click('Apply');
    await page.waitForFunction('document.querySelectorAll(".rows li").length === 1');
    await shows('The first 13 primes');
    await click('failed');
    await shows('No task matches.');
    await click('Clear');
    await click('done');
    await shows('The first 12 primes');
    await click('Filters');
    await fill('Submitted before', '2026-01-01T00:00');
    await click('Apply');
    await shows('No task matches.');
    expect(await text()).not.toContain('Must');
  });

  it('starts a task later', async () => {
    const { page, shows, click, fill } = await visit(browser, api.url);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await click('Options');
    await fill('Start at', `${tomorrow}T12:00`);
    await page.locator('button.primary').click();
    await shows(/Starts at .*12:00:00/);
    await fill('Start at', '');
    await fill('Waiting limit', '-1');
    await page.locator('button.primary').click();
    await shows('queue_timeout_seconds: Must be');
  });

  it('pauses and resumes the queue, also for another tab', async () => {
    const one = await visit(browser, `${api.url}/#/queue`);
    const other = await visit(browser, `${api.url}/#/queue`);
    await one.click('Pause');
    await one.click('Yes');
    await one.shows('Running tasks continue, and new ones wait.');
    await other.shows('Running tasks continue, and new ones wait.');
    const { request_id: id } = await createClient({ baseUrl: api.url }).submit({ n: 14 });
    const waiting = await visit(browser, `${api.url}/#/tasks/${id}`);
    await waiting.shows('Waiting for a worker for');
    // Nothing happens, but time passes.
    await waiting.page.waitForFunction(`document.body.innerText !== ${JSON.stringify(await waiting.text())}`);
    await other.click('Resume');
    await one.shows('Workers take tasks as they arrive.');
  });

  it.each(['light', 'dark'] as const)('has no violations of accessibility rules, %s', async (theme) => {
    const { page, violations, shows } = await visit(browser, api.url, { theme });
    await page.locator('button.primary').click();
    await shows('Ulam');
    await page.evaluate(UNFOLD);
    expect(await violations()).toEqual([]);
    for (const view of VIEWS) {
      await page.goto(`${api.url}/#/${view}`);
      await page.waitForSelector('main h1');
      await page.waitForFunction('!document.querySelector(".loading")');
      await page.evaluate(UNFOLD);
      expect([view, await violations()]).toEqual([view, []]);
    }
    await page.goto(`${api.url}/#/tasks`);
    await page.locator('.rows a').click();
    await shows('Timeline');
    expect(await violations()).toEqual([]);
  });

  it('fits 360 pixels', async () => {
    const { page, shows } = await visit(browser, api.url, { width: 360, height: 740 });
    await page.locator('button.primary').click();
    await shows('Ulam');
    for (const view of VIEWS) {
      await page.goto(`${api.url}/#/${view}`);
      await page.waitForFunction('!document.querySelector(".loading")');
      await page.evaluate(UNFOLD);
      expect([view, await page.evaluate(CUT)]).toEqual([view, []]);
    }
    await page.goto(`${api.url}/#/tasks`);
    await page.locator('.rows a').click();
    await shows('Timeline');
    expect(await page.evaluate(CUT)).toEqual([]);
  });

  it('says that the server is unreachable, and continues by itself', async () => {
    const { page, shows, text } = await visit(browser, `${api.url}/#/tasks`);
    await page.waitForSelector('.rows');
    await page.setOfflineMode(true);
    await shows('The server is unreachable');
    await page.setOfflineMode(false);
    await page.waitForFunction('!document.querySelector(".notice.error")');
    expect(await text()).not.toContain('unreachable');
  });
});
