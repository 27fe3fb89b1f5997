import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** TCP_ESTABLISHED, and TCP_CLOSE_WAIT: the peer has closed, and the process has not. */
const OPEN = ['01', '08'];

/** Number of open connections of a process to a port on loopback, as the kernel counts them (Linux). */
export function connectionsTo(port: number, pid: number): number {
  const owned = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`)));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1, -1);
  return sockets.filter((line) => {
    const [, , remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    return remote.endsWith(suffix) && OPEN.includes(state) && owned.has(`socket:[${inode}]`);
  }).length;
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // Closed in the meantime.
    return '';
  }
}
