import { setTimeout as delay } from 'node:timers/promises';
import type { Replay } from './admin-answers.js';
import type { AdminClient } from './admin-client.js';
import { AdminProblem } from './admin-problem.js';
import { CliError, exitCodes } from './cli-error.js';
import { note, print, printJson } from './output.js';
import { outcomeText } from './replay-text.js';
import { type ReplayProgress, replayProgress } from './replay-progress.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** How long a server may be gone. */
const GIVE_UP_MS = 300_000;

/** Shows a replay until it is through, and returns the exit code. Ctrl-C ends only the watching. */
export async function watchReplay(
  api: AdminClient,
  id: string,
  { json = false }: { json?: boolean },
): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const progress = replayProgress(json);
  const replay = await follow(api, id, progress, stop.signal).finally(progress.stop);
  if (!replay) {
    note(`The replay goes on. Watch it: npx turnpike replays watch ${id}`);
    note(`Stop it: npx turnpike replays cancel ${id}`);
    return exitCodes.interrupted;
  }
  if (json) printJson(replay);
  else print(outcomeText(replay));
  if (!json && replay.runs.dead > 0) note('See why runs are dead: npx turnpike failures list');
  return replay.status === 'completed' && replay.runs.dead === 0 ? exitCodes.done : exitCodes.failed;
}

/** Resolves with how it ended, or with nothing when it was told to stop. */
async function follow(
  api: AdminClient,
  id: string,
  progress: ReplayProgress,
  signal: AbortSignal,
): Promise<Replay | undefined> {
  const path = `replays/${encodeURIComponent(id)}`;
  // A stream may begin before it is known whether there is anything to tell: this fails at once.
  progress.update(await api.get<Replay>(path));
  let seenAt = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      for await (const { event, data } of api.stream(`${path}/progress`, signal)) {
        const replay = replayIn(event, data);
        progress.update(replay);
        if (event === 'end') return replay;
        [seenAt, pause] = [performance.now(), FIRST_PAUSE_MS];
      }
      throw new CliError('the server ended the stream');
    } catch (problem) {
      if (signal.aborted) return undefined;
      if (!(problem instanceof CliError) || !mayPass(problem)) throw problem;
      if (performance.now() - seenAt > GIVE_UP_MS) throw givenUp(problem, id);
      progress.lost(problem.message);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined); // Ctrl-C ends it, too
  }
}

function replayIn(event: string, data: string): Replay {
  if (event === 'progress' || event === 'end') return JSON.parse(data) as Replay;
  throw new CliError(`the server ended the stream: ${data}`);
}

/** Whether trying again can help: not against a refusal of Turnpike itself. */
const mayPass = (problem: CliError): boolean =>
  !(problem instanceof AdminProblem) ||
  problem.code === undefined ||
  problem.status === 429 ||
  problem.status >= 500;

const givenUp = (problem: CliError, id: string) =>
  new CliError(
    `${problem.message}\nNo connection for ${GIVE_UP_MS / 60_000} minutes. ` +
      `Once the server is back: npx turnpike replays watch ${id}`,
  );
