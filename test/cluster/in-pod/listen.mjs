// Takes connections, so that it can be seen whether they are let through.
import { createServer } from 'node:net';

createServer((socket) => socket.end()).listen(8_080);
process.on('SIGTERM', () => process.exit());
