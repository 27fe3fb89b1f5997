import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@primes/testing';
import { createClient } from '@primes/client';
import { ROOT } from '../../dev/project.ts';
import { startBrowser, visit } from './browser.ts';
import { startPageSystem } from './system.ts';

const FOLDER = join(ROOT, '.data', 'screenshots');
const SIZES = [
  { width: 1_280, height: 900 },
  { width: 360, height: 740 },
] as const;
const VIEWS = ['submit', 'tasks', 'task', 'queue', 'health'] as const;
const TASKS = [100, 25_000, 1_000_000, 5_000, 300_000];

await main();

/** Takes pictures of each view at two widths in both themes. */
async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await using system = await startPageSystem();
  const client = createClient({ baseUrl: system.api.url });
  for (const n of TASKS) await client.submit({ n }).wait();
  const { request_id: id } = await client.submit({ n: 200_000 }).wait();
  for (let i = 0; i < 200; i += 1) await client.submit({ n: 1_000_000 + i });
  const { request_id: cancelled } = await client.submit({ n: 90_000_000 });
  await client.http.DELETE('/tasks/{id}', { params: { path: { id: cancelled } } });
  const browser = await startBrowser();
  try {
    for (const theme of ['light', 'dark'] as const) {
      for (const size of SIZES) {
        for (const view of VIEWS) {
          const path = { submit: '', tasks: 'tasks', task: `tasks/${id}`, queue: 'queue', health: 'health' }[
            view
          ];
          const { page } = await visit(browser, `${system.api.url}/#/${path}`, { ...size, theme });
          if (view === 'submit') await page.locator('button.primary').click();
          if (view === 'submit' || view === 'task') await page.waitForSelector('canvas.zoomable');
          await eventually(async () => {
            if (await page.$('.loading')) throw new Error('The view is loading');
          });
          await page.evaluate(
            'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
          );
          const file = join(FOLDER, `${view}-${theme}-${size.width}.png`);
          await page.screenshot({ path: file, fullPage: true });
          console.log(file);
          await page.close();
        }
      }
    }
  } finally {
    await browser.close();
  }
}
