import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RoundPlan } from './plan/round-plan.js';
import type { PlayedRound } from './round.js';
import type { Installation } from './system/installation.js';

/** Keeps what shows how a promise was broken. @returns the folder */
export function keepArtefacts(
  stack: Installation,
  plan: RoundPlan,
  played: Partial<PlayedRound>,
  report: string,
): string {
  const folder = path.join(os.tmpdir(), `turnpike-faults-seed-${plan.seed}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  const json = (name: string, value: unknown) =>
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(value ?? null, null, 1));
  json('plan', plan);
  json('history', played.history);
  json('database', played.snapshot);
  writeFileSync(path.join(folder, 'report.txt'), `${report}\n`);
  mkdirSync(path.join(folder, 'log'));
  stack.keepLogs(path.join(folder, 'log'));
  return folder;
}

/** At most this many violations are told at length. */
const SHOWN = 5;

/** What went wrong, for people. */
export function reportOf(
  seed: number,
  { history, findings }: Pick<PlayedRound, 'history' | 'findings'>,
): string {
  const began = Math.min(...history.deliveries.map(({ sentAt }) => sentAt));
  const faults = history.faults.map(({ kind, parts, from, to, link, amount, skipped }) => {
    const until = to === undefined ? '' : ` to ${to - began}`;
    return `  ${kind} (${parts.join(', ')}) from ${from - began}${until} ms ${link ?? ''} ${amount ?? ''} ${skipped ?? ''}`;
  });
  const { violations } = findings;
  return [
    `Seed ${seed}: ${violations.length} violation(s)`,
    ...violations
      .slice(0, SHOWN)
      .map(({ promise, about, details }) => `- ${promise}: ${about}\n    ${details.slice(0, 1_500)}`),
    ...(violations.length > SHOWN ? [`  and ${violations.length - SHOWN} more`] : []),
    'Faults, in milliseconds since the first delivery:',
    ...faults,
  ].join('\n');
}
