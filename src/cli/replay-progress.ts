import { SingleBar } from 'cli-progress';
import type { Replay } from './admin-answers.js';
import { note } from './output.js';
import { duration } from './quantities.js';
import { RateMeter } from './rate-meter.js';
import { runsText } from './replay-text.js';

const LINE_EVERY_MS = 1_000;

/** Shows how far a replay is, on standard error. */
export interface ReplayProgress {
  readonly update: (replay: Replay) => void;
  /** There is no connection for the moment. */
  readonly lost: (why: string) => void;
  readonly stop: () => void;
}

const silent: ReplayProgress = { update: () => undefined, lost: () => undefined, stop: () => undefined };

/** A bar on a terminal, a line per second elsewhere, nothing for a program. */
export function replayProgress(quiet: boolean): ReplayProgress {
  if (quiet) return silent;
  return process.stderr.isTTY ? bar() : lines();
}

function bar(): ReplayProgress {
  const meter = new RateMeter();
  const shown = new SingleBar({
    format: '{bar} {percentage}%  {value}/{total} events{rate}{left}  {state}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
  });
  const update = (replay: Replay) => {
    const { matched, done } = replay.events;
    meter.add(done);
    const texts = { ...paceOf(replay, meter), state: stateOf(replay) };
    const [total, value] = matched === 0 ? [1, 1] : [matched, done];
    if (!shown.isActive) shown.start(total, value, texts);
    shown.setTotal(total);
    shown.update(value, texts);
  };
  return {
    update,
    lost: () => shown.update({ rate: '', left: '', state: 'connection lost, trying again' }),
    stop: () => shown.stop(),
  };
}

function lines(): ReplayProgress {
  const meter = new RateMeter();
  let saidAt = -LINE_EVERY_MS;
  let [said, latest] = ['', ''];
  const say = () => {
    if (latest === said) return;
    [said, saidAt] = [latest, performance.now()];
    note(latest);
  };
  const update = (replay: Replay) => {
    meter.add(replay.events.done);
    const { matched, done } = replay.events;
    const { rate, left } = paceOf(replay, meter);
    latest = `${done} of ${matched} events${rate}${left}; ${stateOf(replay)}`;
    if (performance.now() - saidAt >= LINE_EVERY_MS) say();
  };
  return { update, lost: (why) => note(`connection lost, trying again: ${why}`), stop: say };
}

function paceOf(replay: Replay, meter: RateMeter): { rate: string; left: string } {
  if (replay.status !== 'running' || replay.events.done >= replay.events.matched)
    return { rate: '', left: '' };
  const { perSecond } = meter;
  return {
    rate: perSecond === undefined ? '' : `, ${Math.round(perSecond)}/s`,
    left: replay.etaSeconds === null ? '' : `, ${duration(replay.etaSeconds)} to go`,
  };
}

const stateOf = (replay: Replay): string =>
  replay.status === 'running' ? `runs: ${runsText(replay)}` : `${replay.status}, runs: ${runsText(replay)}`;
