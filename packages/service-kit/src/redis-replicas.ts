import { Command, type Redis } from 'ioredis';

/** Commands that write; BullMQ sends all of its scripts by these two. */
const WRITES = new Set(['eval', 'evalsha', 'set']);

/** The original `resolve` of a command: in a Cluster, a command that follows its slot is sent more than once. */
const originals = new WeakMap<Command, Command['resolve']>();

/**
 * From now on, a write on this connection resolves once `replicas` replicas have it, by WAIT on the same socket: WAIT
 * covers the earlier writes of its own connection only. It rejects with NOREPLICAS if they do not have it within half of
 * `commandTimeoutMs`; the write was executed then.
 *
 * WAIT blocks the connection, so one WAIT at a time is in flight, and the next one covers all writes that were sent
 * meanwhile: while replicas are missing, a write takes at most `commandTimeoutMs`. If the socket closes, the WAIT in
 * flight fails and those behind it too, so that none is sent on the next socket, where it would cover nothing.
 */
export function waitForReplicas(redis: Redis, replicas: number, commandTimeoutMs: number): void {
  const timeoutMs = Math.floor(commandTimeoutMs / 2);
  const send = redis.sendCommand.bind(redis);
  let inFlight: Promise<number> | undefined;
  let following: Promise<number> | undefined;

  function wait(): Promise<number> {
    const command = new Command('wait', [replicas, timeoutMs]);
    send(command);
    const reply = command.promise as Promise<number>;
    const ended = () => {
      inFlight = undefined;
    };
    reply.then(ended, ended);
    inFlight = reply;
    return reply;
  }

  /** The number of replicas that have all writes which this connection has sent so far. */
  function acknowledged(): Promise<number> {
    if (!inFlight) return wait();
    following ??= inFlight.then(
      () => {
        following = undefined;
        return wait();
      },
      (error: unknown) => {
        following = undefined;
        throw error;
      },
    );
    return following;
  }

  redis.sendCommand = (command: Command, stream) => {
    const sent = send(command, stream);
    if (!WRITES.has(command.name)) return sent;
    const resolve = originals.get(command) ?? command.resolve;
    originals.set(command, resolve);
    const count = acknowledged();
    // Unused if the write itself fails.
    count.catch(() => undefined);
    command.resolve = (reply) => {
      count.then((received) => {
        if (received >= replicas) resolve(reply);
        else command.reject(new Error(`NOREPLICAS expected ${replicas} replicas, received ${received}`));
      }, command.reject);
    };
    return sent;
  };
}
