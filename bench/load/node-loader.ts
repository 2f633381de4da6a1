import { Agent, request } from 'node:http';
import { type PreparedRequest, readRequests } from './prepared-requests.js';

/**
 * Stands in for wrk: sends prepared requests, each once, over connections that are kept. Not autocannon: it would have
 * to sign while it measures, or be taught to take each request from a file, which is most of what this is.
 *
 * node-loader.ts URL FILE CONNECTIONS SECONDS
 */
const [url = '', file = '', connections = '32', seconds = '1'] = process.argv.slice(2);
const TIMEOUT_MS = 60_000;

const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const counted = { accepted: 0, refused: 0, broken: 0 };
const started = performance.now();
const isOver = () => performance.now() - started > Number(seconds) * 1_000;

/** Resolves with the status; undefined when the connection broke. */
const answered = ({ path, headers, body }: PreparedRequest): Promise<number | undefined> =>
  new Promise((resolve) => {
    const sent = request(new URL(path, url), { method: 'POST', agent, headers, timeout: TIMEOUT_MS });
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(undefined));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', () => resolve(undefined));
    sent.end(body);
  });

const requests = readRequests(file);
const connection = async () => {
  for (let next = requests.next(); !next.done && !isOver(); next = requests.next()) {
    const status = await answered(next.value);
    if (status === undefined) counted.broken += 1;
    else if (status === 200) counted.accepted += 1;
    else counted.refused += 1;
  }
};
await Promise.all(Array.from({ length: Number(connections) }, connection));
console.log(`result ${JSON.stringify({ ...counted, seconds: (performance.now() - started) / 1_000 })}`);
process.exit();
