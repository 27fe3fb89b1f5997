import { eventually } from '@primes/testing';
import axe from 'axe-core';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { requireChromium } from '../../dev/chromium.ts';

export interface Violation {
  readonly id: string;
  readonly nodes: readonly string[];
}

/** A page, and what went wrong on it. */
export interface Visit {
  readonly page: Page;
  /** Console errors, exceptions, and requests that were refused or failed. */
  readonly errors: readonly string[];
  /** What axe-core finds. */
  readonly violations: () => Promise<readonly Violation[]>;
  /** Waits until the page shows a text. */
  readonly shows: (text: string | RegExp) => Promise<void>;
  /** Clicks the first visible button or link with this text. */
  readonly click: (name: string) => Promise<void>;
  /** Fills the field with this label. */
  readonly fill: (label: string, text: string) => Promise<void>;
  /** The visible text. */
  readonly text: () => Promise<string>;
}

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly locale?: string;
  /** An API key, as if the reader had typed it. */
  readonly key?: string;
}

/** A Chromium without a profile of its own. As root it has no sandbox. */
export async function startBrowser(): Promise<Browser> {
  return launch({
    executablePath: await requireChromium(),
    // Unlike localhost, an address by plain HTTP is no secure context.
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.test 127.0.0.1'],
  });
}

/** Opens an address in a context of its own, without the storage of other visits. */
export async function visit(
  browser: Browser,
  url: string,
  { width = 1_280, height = 900, theme = 'light', locale = 'en-US', key }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.url()} ${response.status()}`);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('requestfailed', (request) => {
    // A view that closes aborts what it was loading.
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') errors.push(`${request.url()} ${reason}`);
  });
  const session = await page.createCDPSession();
  await session.send('Emulation.setLocaleOverride', { locale });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  if (key !== undefined)
    await page.evaluateOnNewDocument(`sessionStorage.setItem('key', ${JSON.stringify(key)})`);
  await page.goto(url);
  const text = () => page.evaluate('document.body.innerText') as Promise<string>;
  return {
    page,
    errors,
    text,
    async shows(wanted) {
      await eventually(
        async () => {
          const shown = await text();
          const found = typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown);
          if (!found) throw new Error(`Expected ${String(wanted)} in: ${shown}`);
        },
        { timeoutMs: 30_000, intervalMs: 50 },
      );
    },
    async click(name) {
      await page
        .locator(`::-p-xpath(//*[self::button or self::a or self::summary][normalize-space()="${name}"])`)
        .click();
    },
    async fill(label, value) {
      const field = `//label[starts-with(normalize-space(), "${label}")]//*[self::input or self::textarea]`;
      await page.locator(`::-p-xpath(${field})`).fill(value);
    },
    async violations() {
      // Evaluated by the debugger: the page's own policy allows no such script.
      await page.evaluate(axe.source);
      const found = (await page.evaluate('axe.run()')) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      return found.violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
      }));
    },
  };
}
