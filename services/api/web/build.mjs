import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { build } from 'esbuild';

// Bundles the page: hashed files below dist/page/web, beside them the same compressed, and index.html, which names them.

const source = import.meta.dirname;
const output = join(source, '..', 'dist', 'page');
const files = join(output, 'web');

const { metafile } = await build({
  absWorkingDir: source,
  entryPoints: ['main.ts'],
  entryNames: '[name]-[hash]',
  outdir: files,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2024',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
});

const built = Object.keys(metafile.outputs).map((file) => basename(file));
const compressed = (name) => [name, `${name}.br`, `${name}.gz`];
await mkdir(files, { recursive: true });
for (const old of await readdir(files))
  if (!built.flatMap(compressed).includes(old)) await rm(join(files, old));
await Promise.all(built.map(compress));

const html = await readFile(join(source, 'index.html'), 'utf8');
const named = html.replace(/main\.(js|css)/g, (_, type) => built.find((name) => name.endsWith(`.${type}`)));
await writeFile(join(output, 'index.html'), named);

/** The name of a file contains the hash of its content, so one that exists is up to date. */
async function compress(name) {
  const [plain, br, gz] = compressed(name).map((file) => join(files, file));
  if (existsSync(br) && existsSync(gz)) return;
  const content = await readFile(plain);
  await writeFile(br, await promisify(brotliCompress)(content));
  await writeFile(gz, await promisify(gzip)(content, { level: 9 }));
}
