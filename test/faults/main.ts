import { Lane, type Outcome } from './lane.js';
import { help, type Options, readOptions, WrongOptions } from './options.js';
import { Summary } from './summary.js';
import { withOwnMounts } from './system/small-disk.js';

/** `npm run test:faults`: see options.ts. */
try {
  const options = readOptions(process.argv.slice(2));
  if (options) process.exitCode = await withOwnMounts(() => playAll(options));
  else console.log(help);
} catch (error) {
  if (!(error instanceof WrongOptions)) throw error;
  console.error(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}

/** @returns the exit code */
async function playAll({ rounds, seed, minutes, lanes, json }: Options): Promise<number> {
  const say = (text: string) => console.error(text);
  const summary = new Summary();
  const until = Date.now() + minutes * 60_000;
  let longestMs = 0;
  let next = 0;
  let failed = 0;
  const stopAsked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopAsked.abort());
  const playLane = async () => {
    const lane = new Lane();
    try {
      while (next < rounds && Date.now() + longestMs < until && !stopAsked.signal.aborted) {
        const outcome = await lane.play(seed + next++);
        if (outcome.kind === 'failed') failed += 1;
        else {
          summary.add(outcome.played);
          longestMs = Math.max(longestMs, outcome.played.ms);
        }
        say(lineOf(outcome));
        if (json) console.log(JSON.stringify(machineLine(outcome)));
      }
    } finally {
      await lane.stop();
    }
  };
  say(
    `Seeds from ${seed}, ${lanes} at a time. One round again: npm run test:faults -- --seed <seed> --rounds 1`,
  );
  await Promise.all(Array.from({ length: lanes }, playLane));
  if (json) console.log(JSON.stringify({ ...summary.figures, failed }));
  say(`${summary.text}${failed > 0 ? `\n  ${failed} rounds could not be played to their end` : ''}`);
  return summary.violated + failed > 0 || summary.rounds === 0 ? 1 : 0;
}

function lineOf(outcome: Outcome): string {
  if (outcome.kind !== 'kept') return `${outcome.report}\nKept for inspection: ${outcome.folder}`;
  const { history, snapshot, ms } = outcome.played;
  const acknowledged = history.deliveries.filter(({ status }) => status === 200).length;
  const faults = history.faults.map(({ kind }) => kind).join(', ') || 'no fault';
  return (
    `seed ${outcome.seed}: kept in ${(ms / 1_000).toFixed(1)} s; ` +
    `${history.deliveries.length} deliveries, ${acknowledged} acknowledged, ${snapshot.runs.length} runs; ${faults}`
  );
}

function machineLine(outcome: Outcome): object {
  const { kind, seed } = outcome;
  const unkept = kind === 'kept' ? {} : { report: outcome.report, folder: outcome.folder };
  if (kind === 'failed') return { seed, outcome: kind, ...unkept };
  const { ms, history, findings } = outcome.played;
  const broken = [...new Set(findings.violations.map(({ promise }) => promise))];
  return { seed, outcome: kind, ...unkept, broken, ms, faults: history.faults, checked: findings.checked };
}
