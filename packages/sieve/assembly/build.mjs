// Compiles this folder to ../wasm/kernel.wasm, unless that is there, made of the same sources by the same compiler.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

/** Small enough to read. If it grows past this, look first which function is inlined in too many places. */
const MAX_BYTES = 8_192;

/** No runtime and no checks: there are no objects, and nothing that the kernel is called with is unchecked. */
const OPTIONS = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--pedantic'];

const output = join(import.meta.dirname, '..', 'wasm');
const kernelFile = join(output, 'kernel.wasm');
const recordFile = join(output, 'kernel.sha256');

// Without a change this takes 0.1 s, and compiling 3 s of a busy core.
if (!existsSync(recordFile) || readFileSync(recordFile, 'utf8') !== fingerprint()) await build();

/** A digest of what was compiled, by what, and of the result. */
function fingerprint() {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/package.json');
  const hash = createHash('sha256').update(JSON.parse(readFileSync(compiler, 'utf8')).version);
  for (const name of readdirSync(import.meta.dirname).sort()) {
    hash.update(name).update(readFileSync(join(import.meta.dirname, name)));
  }
  return hash.update(existsSync(kernelFile) ? readFileSync(kernelFile) : '').digest('hex');
}

async function build() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  // Imported here, since that takes half a second.
  const { main } = await import('assemblyscript/asc');
  const [entry, outFile] = [join(import.meta.dirname, 'index.ts'), kernelFile].map((file) =>
    relative(process.cwd(), file),
  );
  const { error, stderr } = await main([entry, '--outFile', outFile, ...OPTIONS]);
  // Its warnings are the lint of this folder.
  const remarks = stderr.toString();
  if (error || remarks) throw new Error(`AssemblyScript is not content:\n${remarks}`, { cause: error });
  const { length } = readFileSync(kernelFile);
  if (length > MAX_BYTES) throw new Error(`The kernel has ${length} bytes, more than ${MAX_BYTES}`);
  writeFileSync(recordFile, fingerprint());
}
