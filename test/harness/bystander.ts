import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { Worker } from 'node:worker_threads';

const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((_request, response) => response.end());
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

const EVERY_MS = 50;

/** What an idle machine may take. In milliseconds. */
const USUAL_MS = 20;

/**
 * How often an answer of ours changes hands between threads and processes: who asks, who answers, Postgres, the disk. So
 * often it may be as late as the bystander was.
 */
const HANDS = 10;

/**
 * A server that does nothing, asked again and again. What it takes to answer, the machine takes of everybody: tests that
 * ask whether an answer came in time allow for it.
 */
export class Bystander {
  private readonly answers: { due: number; ms: number }[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly timer: NodeJS.Timeout;
  private lastAsked = performance.now();

  private constructor(
    private readonly server: Worker,
    private readonly port: number,
  ) {
    this.timer = setInterval(() => this.ask(), EVERY_MS);
  }

  static async start(): Promise<Bystander> {
    const server = new Worker(SERVER, { eval: true });
    const [port] = (await once(server, 'message')) as [number];
    return new Bystander(server, port);
  }

  /** What an answer may be late by that was on its way within this time, by `performance.now()`. In milliseconds. */
  allowance(from: number, to: number): number {
    const slowest = Math.max(
      0,
      ...this.answers.filter(({ due, ms }) => due < to && due + ms > from).map(({ ms }) => ms),
    );
    return slowest > USUAL_MS ? HANDS * slowest : 0;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.agent.destroy();
    await this.server.terminate();
  }

  private ask(): void {
    // A timer that comes late counts as well.
    const due = Math.min(performance.now(), this.lastAsked + EVERY_MS);
    this.lastAsked = performance.now();
    const asked = request({ port: this.port, host: '127.0.0.1', agent: this.agent }, (response) => {
      response.resume().once('end', () => this.answers.push({ due, ms: performance.now() - due }));
    });
    // It is stopped with a question open.
    asked.on('error', () => undefined).end();
  }
}
