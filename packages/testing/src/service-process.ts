import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MALLOC_ARENA_MAX, V8_FLAGS } from '@primes/service-kit/runtime';
import { eventually } from './eventually.ts';

/** The services. Each has an image of its own. */
export const SERVICES = ['api', 'worker', 'metrics-gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A log line of a service. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface ServiceProcess {
  readonly pid: number;
  /** The base URL of its HTTP port. */
  readonly url: string;
  /** All lines logged so far; of a built program only those until it was ready. */
  readonly logs: readonly LogLine[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code; null after a signal. */
  readonly exited: Promise<number | null>;
  /** Kills the process and waits until it has exited. */
  [Symbol.asyncDispose](): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Ports chosen by the system, JSON logs, secrets for tests only. */
const DEFAULTS = {
  HOST: '127.0.0.1',
  API_PORT: '0',
  WORKER_PORT: '0',
  GATEWAY_PORT: '0',
  SCALER_PORT: '0',
  LOG_FORMAT: 'json',
  NODE_OPTIONS: V8_FLAGS.join(' '),
  MALLOC_ARENA_MAX,
  SHUTDOWN_LINGER_MS: '0',
  IDEMPOTENCY_SECRET: 'only-for-tests-idempotency',
  WEBHOOK_SECRET: `whsec_${Buffer.from('only-for-tests-webhook-secret-0').toString('base64')}`,
};

export interface ServiceProgram {
  /** The job that it serves: the one that its main.ts names (default), or `echo`, which runs from source only. */
  readonly job?: 'echo';
  /** Whether to run the source (default) or the output of `npm run build`. */
  readonly program?: 'source' | 'built';
  /** The checkout to run; default: this one. */
  readonly root?: string | undefined;
}

/**
 * Starts a service as a process and waits until it is ready. `env` is added to the defaults above; it must contain
 * REDIS_URL and the prefixes.
 */
export async function startService(
  service: ServiceName,
  env: Record<string, string>,
  { job, program = 'source', root = ROOT }: ServiceProgram = {},
): Promise<ServiceProcess> {
  const args =
    program === 'source'
      ? [job ? `test/support/${job}/${service}.ts` : `services/${service}/src/main.ts`]
      : [`services/${service}/dist/main.js`];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...DEFAULTS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logs: LogLine[] = [];
  const collect = (line: string) => logs.push(parse(line));
  const lines = createInterface({ input: child.stdout }).on('line', collect);
  createInterface({ input: child.stderr }).on('line', collect);
  let running = true;
  // Not 'exit': the last lines can arrive after it.
  const exited = once(child, 'close').then(([code]) => {
    running = false;
    return code as number | null;
  });
  try {
    const port = await eventually(() => (running ? portIn(logs) : undefined), { timeoutMs: 60_000 });
    const { pid } = child;
    if (port === undefined || pid === undefined) throw new Error(`It exited with code ${child.exitCode}`);
    if (program === 'built') {
      // A benchmark cannot spend time on reading thousands of lines per second.
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
    // A stack trace or a warning from Node.
    return { msg: line };
  }
}

/** Each service logs its port once it serves. */
function portIn(logs: readonly LogLine[]): number {
  const port = logs.find((line) => typeof line['port'] === 'number')?.['port'];
  if (typeof port === 'number') return port;
  throw new Error('No port in the log yet');
}
