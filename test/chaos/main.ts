// npm run chaos -- --seed 1 --minutes 2 [--runs 3] [--system primes]
// npm run chaos -- .data/chaos/echo-1.jsonl …   checks histories again
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CliError } from '../../dev/cli-error.ts';
import { requireRedisServer } from '../../dev/redis/binary.ts';
import { check } from './check.ts';
import { CONTROLS } from './controls.ts';
import { drive } from './drive.ts';
import { missingKinds } from './engines.ts';
import { historyFile, parseHistory, type History } from './history.ts';
import { printViolations, tableOf } from './report.ts';
import { scheduleOf } from './schedule.ts';
import { echo, primes } from './subject.ts';

const SYSTEMS = { echo: { subject: echo }, primes: { subject: primes }, ...CONTROLS };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '2' },
    /** How many seeds, from the first one on. */
    runs: { type: 'string', default: '1' },
    /** Default: the primes for even seeds, the echo job for odd ones. */
    system: { type: 'string' },
  },
});

const histories = positionals.length > 0 ? await Promise.all(positionals.map(read)) : await run();
console.log(tableOf(histories));
process.exitCode = histories.some((history) => check(history).length > 0) ? 1 : 0;

async function read(file: string): Promise<History> {
  const history = parseHistory(await readFile(file, 'utf8'));
  printViolations(file, history);
  return history;
}

async function run(): Promise<History[]> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupted.abort();
    });
  process.env['REDIS_SERVER'] = await requireRedisServer();
  const without = await missingKinds();
  const minutes = Number(values.minutes);
  const done: History[] = [];
  for (let seed = Number(values.seed); done.length < Number(values.runs); seed++) {
    const name = values.system ?? (seed % 2 === 0 ? 'primes' : 'echo');
    const file = await historyFile(`${name}-${seed}`);
    const schedule = scheduleOf({ seed, minutes, without });
    console.log(`${name}, seed ${seed}: ${schedule.length} faults`);
    const options = { seed, schedule, file, signal: interrupted.signal };
    const history = await drive({ ...options, ...systemOf(name) });
    printViolations(file, history);
    done.push(history);
  }
  return done;
}

function systemOf(name: string) {
  if (Object.hasOwn(SYSTEMS, name)) return SYSTEMS[name as keyof typeof SYSTEMS];
  throw new CliError(`--system must be one of ${Object.keys(SYSTEMS).join(', ')}, received ${name}`);
}
