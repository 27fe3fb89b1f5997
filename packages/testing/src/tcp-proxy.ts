import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What happens to bytes, in both directions:
 * - `pass`: forwarded at once.
 * - `hole`: dropped, on existing and new sockets. A socket that lost a byte stays silent.
 * - `hold`: buffered until the mode changes, as TCP does during a short packet loss.
 * - `slow`: forwarded after `delayMs`, in chunks of at most `chunkBytes`.
 * - `cut`: all sockets are reset, and new ones as soon as they are open.
 * - `one-way`: requests are forwarded, responses are dropped. A socket that lost a response receives no more.
 * - `tear`: half of each response is forwarded, then its socket is reset.
 */
export type ProxyMode = 'pass' | 'hole' | 'hold' | 'slow' | 'cut' | 'one-way' | 'tear';

export interface Slowness {
  readonly delayMs?: number;
  readonly chunkBytes?: number;
}

interface Link {
  readonly client: Socket;
  /** Opened when the first byte is forwarded. */
  server: Socket | undefined;
  /** A byte was dropped: nothing is forwarded any more, in either direction, not even a close. */
  lost: boolean;
  /** A response was dropped: no further one is forwarded. */
  deaf: boolean;
  /** Buffered actions, in order. */
  readonly held: (() => void)[];
}

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>;

/** A TCP proxy on loopback; `targetPort` is also on loopback. */
export async function startTcpProxy(targetPort: number) {
  let target = targetPort;
  let mode: ProxyMode = 'pass';
  let slowness: Slowness = {};
  let accepted = 0;
  let trigger: { readonly text: string; readonly seen: () => void } | undefined;
  const links = new Set<Link>();

  const server = createServer((client) => {
    accepted += 1;
    client.on('error', () => undefined);
    if (mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    client.setNoDelay(true);
    const link: Link = { client, server: undefined, lost: false, deaf: false, held: [] };
    const own = target;
    links.add(link);
    relay(link, client, () => (link.server ??= open(link, own)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function open(link: Link, to: number): Socket {
    const socket = connect({ port: to, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => undefined);
    relay(link, socket, () => link.client);
    return socket;
  }

  function relay(link: Link, from: Socket, to: () => Socket): void {
    // Keeps the order in slow mode: each chunk follows the previous one.
    let last = Promise.resolve();
    const isClient = from === link.client;
    const isSilent = () => link.lost || (link.deaf && !isClient);
    from.on('data', (chunk: Buffer) => {
      if (trigger && chunk.includes(trigger.text)) {
        set('hold');
        trigger.seen();
        trigger = undefined;
      }
      if (mode === 'hole') link.lost = true;
      if (mode === 'one-way' && !isClient) link.deaf = true;
      if (isSilent()) return;
      if (mode === 'tear' && !isClient) {
        tear(link, chunk);
        return;
      }
      const forward = () => {
        if (!isSilent() && !to().write(chunk)) pauseUntilDrained(from, to());
      };
      if (mode === 'hold') link.held.push(forward);
      else if (mode === 'slow') last = last.then(() => trickle(link, chunk, to));
      else void last.then(forward);
    });
    from.on('close', () => {
      if (mode === 'hole') link.lost = true;
      if (isSilent()) return;
      const end = () => {
        void last.then(() => {
          drop(link);
        });
      };
      if (mode === 'hold') link.held.push(end);
      else end();
    });
  }

  async function trickle(link: Link, chunk: Buffer, to: () => Socket): Promise<void> {
    const { delayMs = 0, chunkBytes = chunk.length } = slowness;
    for (let at = 0; at < chunk.length; at += chunkBytes) {
      await delay(delayMs);
      if (!link.lost) to().write(chunk.subarray(at, at + chunkBytes));
    }
  }

  function tear(link: Link, response: Buffer): void {
    links.delete(link);
    link.deaf = true;
    link.client.write(response.subarray(0, response.length / 2), () => {
      reset(link.client);
      link.server?.destroy();
    });
  }

  function drop(link: Link): void {
    if (!links.delete(link)) return;
    link.client.destroy();
    link.server?.destroy();
  }

  function set(next: ProxyMode, how: Slowness = {}): void {
    mode = next;
    slowness = how;
    if (next === 'cut') {
      for (const link of links) {
        links.delete(link);
        reset(link.client);
        if (link.server) reset(link.server);
      }
    } else if (next === 'pass' || next === 'slow') {
      for (const link of links) for (const go of link.held.splice(0)) go();
    }
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    /** Number of accepted connections, including those that `cut` resets. */
    get accepted() {
      return accepted;
    },
    /** Number of connected clients. */
    get open() {
      return [...links].filter(({ client }) => !client.destroyed).length;
    },
    /** Number of connected clients on silent sockets. */
    get silent() {
      return [...links].filter(({ client, lost }) => lost && !client.destroyed).length;
    },
    set,
    /** Existing sockets stay silent, new ones pass: like a vanished node or a lost conntrack entry. */
    stale(): void {
      for (const link of links) link.lost = true;
      set('pass');
    },
    /** Switches to `hold` at the next chunk that contains `text`; resolves then. */
    holdFrom(text: string): Promise<void> {
      return new Promise((seen) => {
        trigger = { text, seen };
      });
    },
    /** Directs new connections to another port on loopback; existing ones stay. */
    moveTo(otherPort: number): void {
      target = otherPort;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.close();
      for (const link of links) drop(link);
      await once(server, 'close');
    },
  };
}

/** A socket that is already shutting down cannot be reset: the attempt fails and the socket stays open. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  // Held chunks are written at once when the mode changes.
  if (from.isPaused()) return;
  from.pause();
  to.once('drain', () => from.resume());
}
