import type { ProxyMode } from '@primes/testing';
import type { Inject } from './inject.ts';

/** Between a process and Redis. */
function mode(faulty: ProxyMode, delayMs = 0): Inject {
  return (system, name) => {
    const { proxy } = system.network(name);
    proxy.set(faulty, { delayMs });
    return Promise.resolve(() => {
      proxy.set('pass');
      return Promise.resolve();
    });
  };
}

/** Open sockets become silent, new ones reach Redis: by the same address, or by another one. */
function stale(moves: boolean): Inject {
  return (system, name) => {
    const network = system.network(name);
    network.proxy.stale();
    if (moves) network.move();
    return Promise.resolve(() => Promise.resolve());
  };
}

export const NETWORK_FAULTS = {
  'network-cut': mode('cut'),
  'network-hole': mode('hole'),
  'network-hold': mode('hold'),
  'network-slow': mode('slow', 300),
  'network-one-way': mode('one-way'),
  'network-tear': mode('tear'),
  'network-stale': stale(false),
  'network-moved': stale(true),
} satisfies Record<string, Inject>;
