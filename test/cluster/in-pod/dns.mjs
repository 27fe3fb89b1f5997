// Answers every DNS query with 192.0.2.1, on two UDP ports, for tests of network policies.
import { Buffer } from 'node:buffer';
import { createSocket } from 'node:dgram';

const HEADER_BYTES = 12;
/** A pointer to the name of the question, type A, class IN, 0 seconds, 4 bytes. */
const ANSWER = Buffer.from('c00c' + '0001' + '0001' + '00000000' + '0004' + 'c0000201', 'hex');

for (const port of [5_353, 5_354]) {
  const socket = createSocket('udp4', (query, client) => {
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    // A response without an error; one question, one answer.
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(1, 6);
    // A question is a name, which ends with a zero, a type and a class.
    const question = query.subarray(HEADER_BYTES, query.indexOf(0, HEADER_BYTES) + 5);
    socket.send(Buffer.concat([header, question, ANSWER]), client.port, client.address);
  });
  socket.bind(port);
}
process.on('SIGTERM', () => process.exit());
