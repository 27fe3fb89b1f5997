import { cp, glob, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

// Bundles the service in the current folder into dist: main.js, chunks that it loads on demand, and the files that the
// sources read. A process starts with half of the CPU time that its 960 modules take one by one.

const output = resolve('dist');
/** Lists the files that the last bundle was made of. */
const list = join(output, 'inputs.json');
const inputs = new Set([import.meta.filename, resolve('../../package-lock.json')]);

/**
 * Provides the files that our sources name by `new URL('…', import.meta.url)`, beside the bundle. A TypeScript file is the
 * entry point of a thread and becomes a bundle of its own.
 */
const files = {
  name: 'files',
  setup({ onLoad }) {
    onLoad({ filter: /\/(packages|services)\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const named = [];
      const contents = source.replaceAll(/(?<=new URL\(')([^']+)(?=', import\.meta\.url\))/g, (name) => {
        const file = resolve(dirname(path), name);
        named.push(file);
        return `./${basename(file).replace(/\.ts$/, '.js')}`;
      });
      await Promise.all(named.map(provide));
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * Loads node:http as CommonJS does. An import reads all its exports, and the export `WebSocket` loads undici: 36 of 310 ms.
 */
const http = {
  name: 'http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http$/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'commonjs' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'commonjs' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

async function bundle(entryPoint) {
  const { metafile, outputFiles } = await build({
    entryPoints: [entryPoint],
    outdir: output,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: true,
    sourcesContent: false,
    // Optional native code.
    external: ['msgpackr-extract'],
    plugins: [files, http],
    // For dependencies that are CommonJS.
    banner: {
      js: `const require = process.getBuiltinModule('module').createRequire(import.meta.url);
const { dirname: __dirname, filename: __filename } = import.meta;`,
    },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  await mkdir(output, { recursive: true });
  for (const { path, text } of outputFiles) await writeFile(path, ascii(text));
  for (const input of Object.keys(metafile.inputs))
    if (!input.startsWith('commonjs:')) inputs.add(resolve(input));
}

/** Only comments have other characters, and with one of these V8 keeps the whole text with two bytes a character. */
function ascii(text) {
  return text.replaceAll(/[^\0-\x7F]/g, '?');
}

async function provide(file) {
  inputs.add(file);
  if (file.endsWith('.ts')) await bundle(file);
  else if (!file.startsWith(output)) await cp(file, join(output, basename(file)));
}

/** Checked because a bundle takes seconds and `npm start` builds each time. */
async function isUpToDate() {
  try {
    const made = (await stat(list)).mtimeMs;
    const last = JSON.parse(await readFile(list, 'utf8'));
    const changed = await Promise.all(last.map(async (file) => (await stat(file)).mtimeMs));
    return changed.every((time) => time < made);
  } catch {
    return false;
  }
}

if (!(await isUpToDate())) {
  // The names of chunks contain their hash.
  for await (const old of glob('*.js{,.map}', { cwd: output })) await rm(join(output, old));
  await bundle(resolve('src/main.ts'));
  await writeFile(list, JSON.stringify([...inputs]));
}
