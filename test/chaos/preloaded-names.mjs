// Preloaded into a service: its name resolution becomes slow, or fails, as the file CHAOS_NAMES_FILE says.
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout } from 'node:timers';

/** Milliseconds. */
const SLOW = 1_500;
/** After so long, the system's resolver gives up. */
const DEAD = 5_000;

const { lookup } = dns;
const { lookup: lookupPromise } = dns.promises;

/** @returns {{ afterMs: number, error?: Error }} */
function fault() {
  const mode = readFileSync(process.env.CHAOS_NAMES_FILE, 'utf8');
  if (mode === 'slow') return { afterMs: SLOW };
  if (mode === 'working') return { afterMs: 0 };
  return { afterMs: DEAD, error: Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }) };
}

dns.lookup = (host, ...rest) => {
  const { afterMs, error } = fault();
  if (afterMs === 0) return lookup(host, ...rest);
  const done = rest.at(-1);
  setTimeout(() => (error ? done(error) : lookup(host, ...rest)), afterMs);
};
dns.promises.lookup = async (...args) => {
  const { afterMs, error } = fault();
  if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
  if (error) throw error;
  return lookupPromise(...args);
};
syncBuiltinESMExports();
