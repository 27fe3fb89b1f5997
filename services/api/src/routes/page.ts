import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { methodNotAllowed } from '@primes/service-kit';
import { Router, type RequestHandler } from 'express';
import sirv from 'sirv';
import { pageHeaders } from '../security.ts';

/** What `npm run build` makes of web/. */
const FOLDER = fileURLToPath(new URL('../../dist/page', import.meta.url));

/** A year: the name of a file contains the hash of its content. */
const MAX_AGE_SECONDS = 31_536_000;

/** The files of the page. */
export function pageFiles(): Router {
  const router = Router({ caseSensitive: true });
  if (!existsSync(FOLDER)) return router;
  const files = sirv(FOLDER, { brotli: true, gzip: true, immutable: true, maxAge: MAX_AGE_SECONDS });
  router
    .route('/web/:file')
    .get((req, res, next) => {
      files(req, res, () => {
        next('route');
      });
    })
    .all(methodNotAllowed('GET'));
  return router;
}

/** GET / for a browser: the page. Other clients, also those that accept everything, receive what follows. */
export function page(title: string, base: string): RequestHandler {
  if (!existsSync(FOLDER))
    return (_req, _res, next) => {
      next();
    };
  const html = readFileSync(`${FOLDER}/index.html`, 'utf8')
    .replace('%TITLE%', escaped(title))
    // Without a base path, the addresses are relative to the page.
    .replace('%BASE%', base === '' ? '' : `<base href="${base}/" />`);

  const setHeaders = pageHeaders();

  return function handlePage(req, res, next) {
    res.vary('Accept');
    if (req.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    setHeaders(req, res, () => {
      res.set('Cache-Control', 'no-cache').type('html').send(html);
    });
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
