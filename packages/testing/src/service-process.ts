import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

export type ServiceName = 'api' | 'worker' | 'metrics-gateway';

/** One line of a service's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface ServiceProcess {
  readonly pid: number;
  /** Where its HTTP port answers. */
  readonly url: string;
  /** Every line that it has logged so far; of a program that was built, until it was ready. */
  readonly logs: readonly LogLine[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code once the process is gone; null after a signal. */
  readonly exited: Promise<number | null>;
  /** SIGKILL, and gone. */
  [Symbol.asyncDispose](): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** As in the images: the Dockerfile says why. */
export const YOUNG_GENERATION = '--max-semi-space-size=16';

/** Ports chosen by the system, lines as JSON, secrets good for nothing else. */
const DEFAULTS = {
  HOST: '127.0.0.1',
  API_PORT: '0',
  WORKER_PORT: '0',
  GATEWAY_PORT: '0',
  SCALER_PORT: '0',
  LOG_FORMAT: 'json',
  NODE_OPTIONS: `${YOUNG_GENERATION} --expose-gc`,
  MALLOC_ARENA_MAX: '1',
  SHUTDOWN_LINGER_MS: '0',
  IDEMPOTENCY_SECRET: 'only-for-tests-idempotency',
  WEBHOOK_SECRET: `whsec_${Buffer.from('only-for-tests-webhook-secret-0').toString('base64')}`,
};

/** Run from its source, or from what `npm run build` made of it. */
export type Program = 'source' | 'built';

/**
 * A service as a process of its own, ready for traffic. `env` is all it is told besides the defaults above;
 * REDIS_URL and the prefixes belong into it.
 */
export async function startService(
  service: ServiceName,
  env: Record<string, string>,
  program: Program = 'source',
): Promise<ServiceProcess> {
  const args =
    program === 'source'
      ? ['--conditions=source', `services/${service}/src/main.ts`]
      : [`services/${service}/dist/main.js`];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...DEFAULTS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logs: LogLine[] = [];
  const collect = (line: string) => logs.push(parse(line));
  const lines = createInterface({ input: child.stdout }).on('line', collect);
  createInterface({ input: child.stderr }).on('line', collect);
  let running = true;
  // Not 'exit', after which the last lines may still be on their way.
  const exited = once(child, 'close').then(([code]) => {
    running = false;
    return code as number | null;
  });
  try {
    const port = await eventually(() => (running ? portIn(logs) : undefined), { timeoutMs: 20_000 });
    const { pid } = child;
    if (port === undefined || pid === undefined) throw new Error(`It exited with ${child.exitCode}`);
    if (program === 'built') {
      // It is there to be measured, by a client that has no time to read thousands of lines a second.
      lines.close();
      child.stdout.resume();
    }
    return {
      pid,
      url: `http://127.0.0.1:${port}`,
      logs,
      kill: (signal) => child.kill(signal),
      exited,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${service} did not start: ${JSON.stringify(logs.slice(-5))}`, { cause: error });
  }
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    // A stack trace, or a warning of Node's own.
    return { msg: line };
  }
}

/** Each service logs its port once it serves. */
function portIn(logs: readonly LogLine[]): number {
  const port = logs.find((line) => typeof line['port'] === 'number')?.['port'];
  if (typeof port === 'number') return port;
  throw new Error('No port in the log yet');
}
