// Accepts connections, for tests of network policies.
import { createServer } from 'node:net';

createServer((socket) => socket.end()).listen(8_080);
process.on('SIGTERM', () => process.exit());
