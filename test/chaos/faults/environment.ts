import type { NamesMode } from '../names.ts';
import type { ReceiverMode } from '../receiver.ts';
import type { Inject } from './inject.ts';

function names(faulty: NamesMode): Inject {
  return async ({ names }) => {
    await names.set(faulty);
    return () => names.set('working');
  };
}

function receiver(faulty: ReceiverMode): Inject {
  return ({ receiver }) => {
    receiver.set(faulty);
    return Promise.resolve(() => {
      receiver.set('accept');
      return Promise.resolve();
    });
  };
}

/** Of all processes. */
export const NAME_FAULTS = { 'dns-slow': names('slow'), 'dns-dead': names('dead') } satisfies Record<
  string,
  Inject
>;

export const RECEIVER_FAULTS = {
  'receiver-hang': receiver('hang'),
  'receiver-reset': receiver('reset'),
  'receiver-500': receiver('error'),
} satisfies Record<string, Inject>;
