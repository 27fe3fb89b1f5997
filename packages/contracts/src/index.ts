export * from './counters.ts';
export * from './errors.ts';
export * from './failure.ts';
export * from './job.ts';
export * from './metrics-api.ts';
export * from './task.ts';
