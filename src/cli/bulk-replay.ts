import { randomUUID } from 'node:crypto';
import type { Replay, ReplayPreview } from './admin-answers.js';
import type { AdminClient } from './admin-client.js';
import { CliError, exitCodes } from './cli-error.js';
import { canAsk, confirmed } from './confirmation.js';
import type { EventFilter } from './event-filter.js';
import { note, print, printJson } from './output.js';
import { counted, duration } from './quantities.js';
import type { BulkOptions } from './replay-options.js';
import { replayText } from './replay-text.js';
import { watchReplay } from './replay-watch.js';

/** Which runs to do again, as `POST /admin/replays` takes it. */
export interface BulkRequest {
  filter: EventFilter;
  handlers?: string[];
  includeSucceeded?: boolean;
  backfill?: boolean;
}

/** What a replay would do. */
export const preview = (api: AdminClient, request: BulkRequest): Promise<ReplayPreview> =>
  api.post<ReplayPreview>('replays', { ...request, dryRun: true });

/** Starts a replay, once it may, and returns the exit code. */
export async function startReplay(
  api: AdminClient,
  start: { path: string; body: object; request: BulkRequest },
  options: BulkOptions & { json?: boolean },
): Promise<number> {
  const { rate, reason, yes, watch, json, idempotencyKey = randomUUID() } = options;
  const refused = yes ? undefined : await refusal(api, start.request, rate);
  if (refused !== undefined) return refused;
  const body = { ...start.body, ratePerSecond: rate, reason };
  const replay = await api.postOnce<Replay>(start.path, body, idempotencyKey);
  if (watch) {
    note(`replay ${replay.id} started`);
    return watchReplay(api, replay.id, options);
  }
  if (json) printJson(replay);
  else {
    print(replayText(replay));
    note(`Watch it: npx turnpike replays watch ${replay.id}`);
  }
  return exitCodes.done;
}

/** Asks whether to start; the exit code where the answer is no, or there is nothing to start. */
async function refusal(api: AdminClient, request: BulkRequest, rate: number): Promise<number | undefined> {
  if (!canAsk()) {
    throw new CliError(
      'there is no terminal to ask at: --yes replays without asking, replays create --dry-run tells what would be replayed',
      exitCodes.usage,
    );
  }
  const { events } = await preview(api, request);
  if (events === 0) {
    note('no event matches: there is nothing to replay');
    return exitCodes.done;
  }
  const pace = `at ${rate} runs per second: it takes ${duration(Math.ceil(events / rate))} or more`;
  if (await confirmed(`Replay ${counted(events, 'event')} ${pace}. Start?`)) return undefined;
  note('nothing was replayed');
  return exitCodes.failed;
}
