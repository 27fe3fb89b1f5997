import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { JobType, ResultFormat } from '@primes/contracts';
import compression from 'compression';
import express, { Router, type Request, type Response } from 'express';
import type { ApiConfig } from '../config.ts';

const LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

const require = createRequire(import.meta.url);

export interface DocsDeps {
  readonly type: JobType<object>;
  readonly results: { readonly formats: readonly ResultFormat[] } | undefined;
  readonly config: ApiConfig;
}

/** /docs (Swagger UI), /redoc and /openapi.json; all assets come from this server. */
export function docs({ type, results, config }: DocsDeps): Router {
  const { title } = type;
  const base = config.BASE_PATH;
  const router = Router({ caseSensitive: true });
  // Only here: compression would send results in bursts and delay events.
  router.use(['/docs', '/redoc', '/openapi.json'], compression());
  let document: Promise<object> | undefined;
  router.get('/openapi.json', async (_req, res) => {
    document ??= createDocument();
    res.json(await document);
  });
  router.get('/docs', page(`${title}: Swagger UI`, base, swagger(base)));
  router.get('/docs/start.js', script(startSwagger(base)));
  router.get('/redoc', page(`${title}: ReDoc`, base, redoc(base)));
  router.get('/redoc/start.js', script(startRedoc(base)));
  router.get('/redoc/assets/redoc.standalone.js', redocScript());
  router.use('/docs/assets', assets(dirname(require.resolve('swagger-ui-dist/package.json'))));
  return router;

  /** Created on demand: this takes 5 % of the start of a process. */
  async function createDocument(): Promise<object> {
    const { openApiDocument } = await import('../openapi.ts');
    return openApiDocument(type, { formats: results?.formats, config });
  }
}

/**
 * The bundle of ReDoc without the logo of its maker, which it loads from a foreign host and has no option to omit. ReDoc is
 * a devDependency: the images contain only its self-contained bundle.
 */
function redocScript() {
  let bundle: string | undefined;
  return function sendScript(_req: Request, res: Response): void {
    bundle ??= readFileSync(require.resolve('redoc/bundles/redoc.standalone.js'), 'utf8').replace(
      LOGO,
      'data:,',
    );
    res.type('text/javascript').set('Cache-Control', 'public, max-age=3600').send(bundle);
  };
}

function assets(folder: string) {
  return express.static(folder, { index: false, redirect: false, maxAge: '1h' });
}

const swagger = (base: string) => `<link rel="stylesheet" href="${base}/docs/assets/swagger-ui.css">
<div id="docs"></div>
<script src="${base}/docs/assets/swagger-ui-bundle.js"></script>
<script src="${base}/docs/start.js"></script>`;
const startSwagger = (base: string) =>
  `SwaggerUIBundle({ url: '${base}/openapi.json', dom_id: '#docs', deepLinking: true });`;

const redoc = (base: string) => `<div id="docs"></div>
<script src="${base}/redoc/assets/redoc.standalone.js"></script>
<script src="${base}/redoc/start.js"></script>`;
const startRedoc = (base: string) =>
  `Redoc.init('${base}/openapi.json', {}, document.getElementById('docs'));`;

/** Scripts are files, not inline: the content security policy allows no inline script. */
function script(text: string) {
  return function sendScript(_req: Request, res: Response): void {
    res.type('text/javascript').send(text);
  };
}

function page(title: string, base: string, body: string) {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body { margin: 0 }</style>
<link rel="icon" href="${base}/docs/assets/favicon-32x32.png">
</head>
<body>
${body}
</body>
</html>
`;
  return function sendPage(_req: Request, res: Response): void {
    res.type('html').send(html);
  };
}
