import { describe, expect, it, jest } from '@jest/globals';
import { setUp } from '../../services/api/test/set-up.ts';
import { startBrowser, visit } from './browser.ts';
import { startPageSystem } from './system.ts';

jest.setTimeout(180_000);

const { system, browser } = await setUp(async (keep) => ({
  system: keep(await startPageSystem({ ADMIN_USER: 'operator', ADMIN_PASSWORD: 'password' })),
  browser: keep(await startBrowser()),
}));
const { api } = system;

describe('the pages of others', () => {
  it.each([
    ['/docs', 'Submit a task'],
    ['/redoc', 'Submit a task'],
    ['/admin/queues', 'primes'],
  ])('%s loads without errors, and from this server only', async (path, text) => {
    const { origin } = new URL(api.url);
    const { page, errors, shows } = await visit(browser, 'about:blank');
    await page.authenticate({ username: 'operator', password: 'password' });
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) foreign.push(url);
    });
    await page.goto(`${api.url}${path}`, { waitUntil: 'networkidle0' });
    await shows(text);
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('ReDoc shows the examples of responses', async () => {
    const { shows } = await visit(browser, `${api.url}/redoc`);
    await shows('"9d78eae1-5e73-4972-bbaf-862506794d7f"');
    await shows(/"status":\s*"done"/);
  });

  it('Swagger UI submits a small task without a webhook when it is tried out first', async () => {
    const { page, shows } = await visit(browser, `${api.url}/docs`);
    await shows('Submit a task');
    await page.locator('#operations-tasks-submitTask button').click();
    await page.locator('#operations-tasks-submitTask .try-out__btn').click();
    const text = await page.waitForSelector('#operations-tasks-submitTask textarea.body-param__text');
    expect(
      JSON.parse((await text?.evaluate((area) => (area as unknown as { value: string }).value)) ?? ''),
    ).toEqual({
      n: 100,
    });
  });
});
