// Preloaded into a service: removes the guard that CHAOS_WITHOUT names from the source, when it is loaded.
import { registerHooks } from 'node:module';

/** For each guard, the file, its text, and the text without the guard. */
const GUARDS = {
  // A stopping worker fails its runs instead of returning the tasks to the queue.
  'hand-over': {
    file: '/services/worker/src/conclude.ts',
    guard: 'await job.moveToWait(token);\n      return new WaitingError();',
    without: 'return error;',
  },
  // A submission is accepted before Redis has it.
  'durable-acknowledgement': {
    file: '/services/api/src/queue/task-queues.ts',
    guard: 'this.tasks.add(COMPUTE_JOB, { ...data, traceparent }, this.#taskOptions(id, data, keep)),',
    without: `{
      const sent = { ...data, traceparent };
      const options = this.#taskOptions(id, sent, keep);
      this.tasks.add(COMPUTE_JOB, sent, options).catch(() => undefined);
      return Promise.resolve(new Job(this.tasks, COMPUTE_JOB, sent, options, id));
    },`,
  },
  // A connection that does not respond stays open.
  reconnect: {
    file: '/packages/service-kit/src/redis.ts',
    guard: 'this.options.socketTimeout = this.#overdueAfterMs(command);',
    without: 'this.options.socketTimeout = undefined;',
  },
};

const { file, guard, without } = GUARDS[process.env.CHAOS_WITHOUT];

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(file)) return loaded;
    const source = loaded.source.toString();
    // A control that changes nothing would prove nothing.
    if (!source.includes(guard))
      throw new Error(`${file} does not contain the guard ${process.env.CHAOS_WITHOUT}`);
    return { ...loaded, source: source.replace(guard, without) };
  },
});
