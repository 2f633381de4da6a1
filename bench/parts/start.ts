import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../src/embedded/ports.js';
import { createEvent } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { SECRET } from '../load/prepared-requests.js';
import { count, ms } from '../markdown.js';
import { alternate, type Effort, median } from '../rounds.js';
import type { Section } from '../section.js';

const LOOK_EVERY_MS = 10;

/** How long `npm start` takes until it accepts an event. */
export async function start({ starts }: Effort): Promise<Section> {
  await promisify(execFile)(process.execPath, ['scripts/build-if-stale.mjs']);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-bench-'));
  let fresh = 0;
  try {
    const { cold, warm } = await alternate(
      {
        cold: () => timeOf(path.join(folder, String(++fresh))),
        warm: () => timeOf(path.join(folder, '1')),
      },
      starts,
    );
    const seconds = (values: number[]) => median(values) / 1_000;
    return {
      title: 'Start: from `npm start` to the first accepted event',
      tables: [
        [
          ['', 'median', 'slowest'],
          ...Object.entries({ warm, cold }).map(([name, of]) => [name, ms(median(of)), ms(Math.max(...of))]),
        ],
      ],
      notes: [
        `${count(starts)} starts each, taking turns, built beforehand, of Postgres, Redis, the migrations and the application. Cold: into an empty data folder. Warm: into one that was stopped in good order.`,
      ],
      targets: [
        { measure: 'warm start to the first accepted event', unit: ' s', found: seconds(warm) },
        { measure: 'cold start to the first accepted event', unit: ' s', found: seconds(cold) },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts, waits for the first event that is accepted, and stops. @returns milliseconds until then */
async function timeOf(dataDir: string): Promise<number> {
  const port = await freePort();
  const started = performance.now();
  const npm = spawn('npm', ['start', '--silent'], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: String(port) },
      STRIPE_DIRECT_WEBHOOK_SECRETS: SECRET,
    },
    detached: true, // so that it can be stopped as a terminal does
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (text) => said.push(String(text)));
  const ended = once(npm, 'exit');
  try {
    while (!(await accepts(port))) {
      if (npm.exitCode !== null) throw new Error(`npm start has ended:\n${said.join('')}`);
      await sleep(LOOK_EVERY_MS);
    }
    return performance.now() - started;
  } finally {
    interrupt(npm);
    await ended;
  }
}

/** A new event each time; while nobody listens yet, it is not accepted. */
async function accepts(port: number): Promise<boolean> {
  const { body, headers } = signedRequest({ event: createEvent('payment_intent.succeeded'), secret: SECRET });
  const url = `http://127.0.0.1:${port}/webhook`;
  return fetch(url, { method: 'POST', headers, body: new Uint8Array(body) }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

function interrupt({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGINT');
}
