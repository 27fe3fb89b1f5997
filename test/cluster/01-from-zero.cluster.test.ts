import { beforeAll, describe, expect, it } from '@jest/globals';
import { figure, median, seconds } from './figures.ts';
import { QUICK, helm, install } from './helm.ts';
import { openSystem } from './system.ts';
import { watch } from './watch.ts';
import { noWorkers, watchReplicas } from './workers.ts';

const RUNS = 5;
/** With external-push KEDA is notified at once; with polling alone it takes up to 5 s. */
const DESIRED_WITHIN_MS = 500;

describe('an installation with the default values', () => {
  it('becomes ready, and `helm test` passes', async () => {
    await install();
    await helm(['test', 'primes', '--timeout', '3m'], { timeoutMs: 200_000 });
  });
});

describe('the first task, with no worker', () => {
  beforeAll(() => install(QUICK));

  it('scales to one worker at once, and completes as soon as it has started', async () => {
    await using system = await openSystem();
    await using deployment = await watchReplicas();
    await using pods = await watch(
      ['pods', '--selector', 'app.kubernetes.io/component=worker'],
      '{.status.phase}',
    );
    const times: { desired: number; running: number; done: number }[] = [];
    for (let run = 0; run < RUNS; run++) {
      await noWorkers();
      const posted = Date.now();
      const task = await system.submit({ n: 1_000 });
      expect((await system.ended(task)).status).toBe('done');
      const done = Date.now() - posted;
      const desired = await deployment.first(posted, ([replicas]) => Number(replicas) > 0);
      const running = await pods.first(posted, ([phase]) => phase === 'Running');
      times.push({ desired: desired.at - posted, running: running.at - posted, done });
    }
    const medianOf = (what: keyof (typeof times)[number]) => median(times.map((time) => time[what]));
    figure(
      `from POST at zero workers, median of ${RUNS}`,
      [
        `worker desired ${seconds(medianOf('desired'))}`,
        `pod running ${seconds(medianOf('running'))}`,
        `task done ${seconds(medianOf('done'))}`,
      ].join(', '),
    );
    expect(medianOf('desired')).toBeLessThanOrEqual(DESIRED_WITHIN_MS);
  });
});
