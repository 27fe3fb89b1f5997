import type { Inject } from './inject.ts';

function restart(signal: 'SIGTERM' | 'SIGKILL'): Inject {
  return async (system, name) => {
    const process = system.process(name);
    await process.down(signal);
    return () => process.up();
  };
}

const STEP_SECONDS = 3_600;

function step(seconds: number): Inject {
  return async (system, name) => {
    const clock = system.clock(name);
    await clock.set(seconds);
    return () => clock.set(0);
  };
}

export const PROCESS_FAULTS = {
  'process-kill': restart('SIGKILL'),
  'process-term': restart('SIGTERM'),
  'process-stop': (system, name) => {
    const process = system.process(name);
    process.signal('SIGSTOP');
    return Promise.resolve(() => {
      process.signal('SIGCONT');
      return Promise.resolve();
    });
  },
  'clock-forward': step(STEP_SECONDS),
  'clock-back': step(-STEP_SECONDS),
} satisfies Record<string, Inject>;
