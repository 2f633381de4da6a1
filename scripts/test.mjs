// npm test [-- jest arguments]: builds what is stale, because some tests start the real program, then runs jest.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { buildIfStale } from './build-if-stale.mjs';

try {
  await buildIfStale(console.log);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const child = spawn(process.execPath, [jest, ...process.argv.slice(2)], { stdio: 'inherit' });
process.on('SIGINT', () => {}); // a Ctrl-C reaches jest as well; wait for it
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(signal ? 1 : code));
