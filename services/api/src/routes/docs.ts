import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import compression from 'compression';
import express, { Router, type Request, type Response } from 'express';

const require = createRequire(import.meta.url);

/** /docs (Swagger UI), /redoc and /openapi.json; all assets come from this server. */
export function docs(title: string, { document, base }: { document: object; base: string }): Router {
  const router = Router({ caseSensitive: true });
  // Only here: compression would send results in bursts and delay events.
  router.use(['/docs', '/redoc', '/openapi.json'], compression());
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.get('/docs', page(`${title}: Swagger UI`, swagger(base)));
  router.get('/docs/start.js', script(startSwagger(base)));
  router.get('/redoc', page(`${title}: ReDoc`, redoc(base)));
  router.get('/redoc/start.js', script(startRedoc(base)));
  router.use('/docs/assets', assets(dirname(require.resolve('swagger-ui-dist/package.json'))));
  // A devDependency: the images contain only its self-contained bundle.
  router.use('/redoc/assets', assets(dirname(require.resolve('redoc/bundles/redoc.standalone.js'))));
  return router;
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

function page(title: string, body: string) {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body { margin: 0 }</style>
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
