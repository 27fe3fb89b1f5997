import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import { delay } from './retry.ts';

it('a delay ends once its signal is aborted, and leaves no listener at it', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await delay(0, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  const aborted = delay(60_000, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await expect(delay(0, signal)).rejects.toThrow('enough');
});
