import { connect } from 'node:net';

/** A process that sends forged events at a steady rate until it is told to stop: `flood.ts PORT PER_SECOND`. */

const [port = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const CONNECTIONS = 32;
const EVERY_MS = 1;
const REFUSED = 'HTTP/1.1 400';

const body = 'x'.repeat(1_700);
const forged = () =>
  'POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; charset=utf-8\r\n' +
  `Stripe-Signature: t=${Math.floor(Date.now() / 1_000)},v1=${'0'.repeat(64)}\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`;

let [sent, refused, broken] = [0, 0, 0];
const sockets = Array.from({ length: CONNECTIONS }, () => {
  let rest = '';
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('latin1')).split(REFUSED);
    refused += parts.length - 1;
    rest = (parts.at(-1) ?? '').slice(-REFUSED.length);
  });
  socket.on('error', () => broken++);
  return socket;
});

const started = performance.now();
let turn = 0;
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - started) / 1_000) * perSecond) - sent;
  const request = forged();
  for (let i = 0; i < due; i++) sockets[turn++ % CONNECTIONS]?.write(request);
  sent += Math.max(0, due);
}, EVERY_MS);

process.once('message', () => {
  clearInterval(timer);
  process.send?.({ sent, refused, broken, seconds: (performance.now() - started) / 1_000 }, () =>
    process.exit(),
  );
});

process.once('disconnect', () => process.exit());
