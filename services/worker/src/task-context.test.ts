import { describe, expect, it } from '@jest/globals';
import type { Job } from 'bullmq';
import { ProgressReporter } from './progress.ts';
import { RunningTasks } from './running-tasks.ts';
import { TaskContext } from './task-context.ts';

describe('TaskContext', () => {
  it('can be destructured by a runner', () => {
    const job = { id: 'a', name: 'compute', progress: 0, updateProgress: () => Promise.resolve() };
    const reporter = new ProgressReporter(job, 0, () => undefined);
    const run = new RunningTasks().start('a');
    const context = new TaskContext(job as unknown as Job, run, reporter);
    const { progress, count, signal } = context;
    progress(1, 2);
    count('words');
    count('words', 2);
    run.interrupt('timeout');
    reporter.stop();
    expect(context.counts).toEqual({ words: 3 });
    expect(signal.aborted).toBe(true);
  });
});
