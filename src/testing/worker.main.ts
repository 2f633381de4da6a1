import 'reflect-metadata';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import { inheritedEnvironment, loadConfig } from '../config/env.js';
import { createApp } from '../create-app.js';
import { RunStore } from '../event-processing/run-store.js';
import type { WorkerTask } from './worker-relay.js';

/** The process behind WorkerRelay: a worker of the real application that kills itself when its task says so. */
const { modules: names, from, crashAfter } = JSON.parse(process.argv[2] ?? '') as WorkerTask;
process.once('disconnect', () => process.exit(1)); // the test is gone

const found = (await (from === undefined
  ? import('../features/features.js')
  : import(pathToFileURL(from).href))) as Record<string, unknown>;
const modules = names.map((name) => {
  const module = Object.values(found).find((one) => typeof one === 'function' && one.name === name);
  if (module) return module as Type;
  const place = from ?? 'src/features/features.ts';
  throw new Error(
    `${place} does not export ${name}, so a worker process cannot load it: name its file with modulesFrom`,
  );
});

if (crashAfter === undefined) await once(process, 'message');

const app = await createApp(loadConfig(inheritedEnvironment()), modules);
if (crashAfter !== undefined) crashIn(app.get(RunStore, { strict: false }), crashAfter);
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(0, '127.0.0.1');
console.log(`ready ${await app.getUrl()}`);

/** Dies in place of the nth success: the handler has done its work, and nobody knows of it. */
function crashIn(store: RunStore, nth: number): void {
  const succeed = store.succeed.bind(store);
  let successes = 0;
  store.succeed = async (...attempt) => {
    successes += 1;
    if (successes === nth) process.kill(process.pid, 'SIGKILL');
    await succeed(...attempt);
  };
}
