import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its private CA. */
export interface TestCertificate extends AsyncDisposable {
  /** The certificate of the CA, in PEM. */
  readonly ca: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

/**
 * Makes a CA and a certificate for these names with openssl; disposing of it removes their files.
 *
 * @param names As in the extension `subjectAltName`
 */
export async function createCertificate(names = 'DNS:localhost,IP:127.0.0.1'): Promise<TestCertificate> {
  const dir = await mkdtemp(join(tmpdir(), 'primes-test-tls-'));
  const [caFile, caKey, certFile, keyFile] = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'].map((name) =>
    join(dir, name),
  ) as [string, string, string, string];
  const request = (...args: string[]) => run('openssl', ['req', '-x509', ...NEW_KEY, '-days', '2', ...args]);
  await request('-subj', '/CN=primes test CA', '-keyout', caKey, '-out', caFile);
  await request(
    ...['-CA', caFile, '-CAkey', caKey, '-subj', '/CN=primes test', '-addext', `subjectAltName=${names}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', keyFile, '-out', certFile],
  );
  return {
    ca: await readFile(caFile, 'utf8'),
    caFile,
    certFile,
    keyFile,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
