// A webhook receiver that verifies signatures with the library for receivers, and logs the deliveries.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);

createServer(async (req, res) => {
  const body = await text(req);
  let verified = true;
  try {
    webhook.verify(body, req.headers);
  } catch {
    verified = false;
  }
  res.writeHead(verified ? 204 : 401).end();
  console.log(JSON.stringify({ verified, task: JSON.parse(body) }));
}).listen(8_080);

process.on('SIGTERM', () => process.exit());
