import { describe, expect, it } from '@jest/globals';
import type { AskedReplay } from '../load/history.js';
import { CALLS, ENDS, handlerModels, IN_ORDER, QUICK } from '../system/handler-models.js';
import { check } from './checker.js';
import { FaultlessStory } from './faultless-story.js';

const model = (id: string) => handlerModels.find((one) => one.id === id) as (typeof handlerModels)[number];

/** Everything that a round can hold, done right. */
function faultless(): FaultlessStory {
  const story = new FaultlessStory();
  story.event('evt_quick', 'payment_intent.succeeded');
  story.event('evt_flaky', 'charge.succeeded', { script: { failures: 2 } });
  story.event('evt_called', 'transfer.created');
  story.event('evt_older', 'customer.subscription.updated', { objectId: 'sub_1' });
  story.event('evt_younger', 'customer.subscription.updated', { objectId: 'sub_1', created: 1_795_000_009 });
  story.event('evt_live', 'payment_intent.succeeded', { livemode: true });
  story.event('evt_unhandled', 'balance.available');
  story.event('evt_forged', 'payment_intent.succeeded', { bodies: [], persistent: true });
  story.history.deliveries.push({
    ...{ eventId: 'evt_forged', api: 1, sentAt: story.now, answeredAt: story.now, status: 400 },
    forgery: 'foreign secret',
  });
  const dead = story.event('evt_dead', 'customer.created', { script: { end: 'dead' } });
  story.replay(dead, model(ENDS));
  const replayed = story.event('evt_many', 'payment_intent.succeeded', { account: 'acct_1' });
  const createdAt = story.passes(1_000);
  story.history.bulkReplays.push({
    ...{ account: 'acct_1', handlers: [QUICK], replayId: '7', uncertain: false, status: 201 },
    ...{ sentAt: createdAt - 10, answeredAt: createdAt + 10 },
  });
  story.run(replayed, model(QUICK), 2, '7');
  const finishedAt = story.passes(10);
  story.snapshot.replays.push({
    ...{ id: '7', status: 'completed', createdAt, finishedAt, matched: 1, done: 1, created: 1, hastened: 0 },
  });
  const asked = { eventId: 'evt_card', body: '{}', sentAt: story.now, answeredAt: story.now, status: 200 };
  const launch = { at: story.now, taken: false, leftovers: [] };
  story.history.launches.push({ ...launch, end: 'ready' }, { ...launch, taken: true, end: 'refused' });
  story.history.authorizations.push({ ...asked, approved: true });
  story.snapshot.decisions.push({ eventId: 'evt_card', approved: true });
  story.snapshot.events.push({
    ...{ id: 'evt_card', created: 0, receivedAt: 0, source: 'issuing', account: null, livemode: false },
    ...{ type: 'issuing_authorization.request', objectId: null, payload: '{}' },
  });
  return story;
}

const promisesBrokenIn = ({ history, snapshot }: FaultlessStory): string[] => [
  ...new Set(check(history, snapshot).violations.map(({ promise }) => promise)),
];

const found = <T>(items: readonly T[], wanted: (item: T) => boolean): T => {
  const item = items.find(wanted);
  if (item === undefined) throw new Error('The story lacks what is to be broken');
  return item;
};

const storedOf = ({ snapshot }: FaultlessStory, id: string) =>
  found(snapshot.events, (event) => event.id === id);
const runOf = ({ snapshot }: FaultlessStory, id: string, handler: string, generation = 1) =>
  found(
    snapshot.runs,
    (run) => run.eventId === id && run.handlerId === handler && run.generation === generation,
  );
const attemptsOf = (story: FaultlessStory, id: string, handler: string) =>
  story.snapshot.attempts.filter(({ runId }) => runId === runOf(story, id, handler).id);
const effectOf = ({ snapshot }: FaultlessStory, id: string) =>
  found(snapshot.effects, ({ eventId }) => eventId === id);
const deliveryOf = ({ history }: FaultlessStory, id: string) =>
  found(history.deliveries, ({ eventId }) => eventId === id);

const without = <T>(items: T[], wanted: (item: T) => boolean): void => {
  items.splice(items.indexOf(found(items, wanted)), 1);
};

/** By promise: the ways in which it can be broken. */
const breakages: Record<string, Record<string, (story: FaultlessStory) => unknown>> = {
  'acknowledged events are stored': {
    'an event is lost': ({ snapshot }) => without(snapshot.events, ({ id }) => id === 'evt_unhandled'),
  },
  'events are stored before they are acknowledged': {
    'it is stored after the answer': (story) => (storedOf(story, 'evt_quick').receivedAt += 1_000),
  },
  'no event is stored twice': {
    'it has two rows': (story) => story.snapshot.events.push({ ...storedOf(story, 'evt_unhandled') }),
  },
  'nothing gets in without a genuine signature': {
    'a forgery is stored': ({ snapshot }) =>
      snapshot.events.push({ ...found(snapshot.events, () => true), id: 'evt_forged' }),
  },
  'payloads are kept byte for byte': {
    'a space is lost': (story) => (storedOf(story, 'evt_quick').payload += ' '),
  },
  'events are described as they were sent': {
    'an account is lost': (story) => (storedOf(story, 'evt_many').account = null),
    'the time is another': (story) => (storedOf(story, 'evt_quick').created += 1),
  },
  'whoever goes on sending is acknowledged': {
    'there is only a 503': (story) => (deliveryOf(story, 'evt_unhandled').status = 503),
  },
  'forgeries are refused': {
    'one is acknowledged': (story) => (deliveryOf(story, 'evt_forged').status = 200),
    'one makes the server stumble': (story) => (deliveryOf(story, 'evt_forged').status = 500),
  },
  'genuine deliveries are told nothing false': {
    'one is called forged': ({ history }) =>
      history.deliveries.push({
        ...{
          eventId: 'evt_quick',
          api: 0,
          sentAt: 1,
          answeredAt: 2,
          status: 400,
          code: 'signature_mismatch',
        },
      }),
    'one is called late, by a process whose clock is right': ({ history }) =>
      history.deliveries.push({
        ...{ eventId: 'evt_quick', api: 0, sentAt: 1, answeredAt: 2, status: 400, code: 'signature_expired' },
      }),
  },
  'only the handlers of an event have runs': {
    'another has one': (story) => (runOf(story, 'evt_quick', QUICK).handlerId = ENDS),
  },
  'only stored events have runs': {
    'the event is not there': ({ snapshot }) => without(snapshot.events, ({ id }) => id === 'evt_quick'),
  },
  'every handler of a stored event has its runs': {
    'one is missing': (story) =>
      without(story.snapshot.runs, (run) => run === runOf(story, 'evt_quick', QUICK)),
    'a generation is missing': (story) => (runOf(story, 'evt_dead', ENDS, 2).generation = 3),
  },
  'no run is stuck': {
    'one waits': (story) => (runOf(story, 'evt_quick', QUICK).status = 'retrying'),
    'one runs for ever': (story) => (runOf(story, 'evt_quick', QUICK).status = 'running'),
  },
  'runs end as their handlers say': {
    'one is dead': (story) => (runOf(story, 'evt_quick', QUICK).status = 'dead'),
    'a dead one succeeded': (story) => (runOf(story, 'evt_dead', ENDS).status = 'succeeded'),
    'a live one ran': (story) => (runOf(story, 'evt_live', QUICK).status = 'succeeded'),
  },
  'effects happen exactly once': {
    'one happens twice': (story) => story.snapshot.effects.push({ ...effectOf(story, 'evt_quick') }),
    'one is lost': ({ snapshot }) => without(snapshot.effects, ({ eventId }) => eventId === 'evt_flaky'),
    'one of a dead run stays': (story) =>
      story.snapshot.effects.push({
        ...effectOf(story, 'evt_quick'),
        runId: runOf(story, 'evt_dead', ENDS).id,
      }),
  },
  'effects are those of the attempt that succeeded': {
    'it is that of a failed attempt': (story) => (effectOf(story, 'evt_flaky').attempt -= 1),
    'it came after the end': (story) => (effectOf(story, 'evt_quick').at += 5_000),
  },
  'no effect without a run': {
    'nobody ran': (story) => story.snapshot.effects.push({ ...effectOf(story, 'evt_quick'), runId: '999' }),
  },
  'a repeated call has the same key': {
    'it has another': ({ history }) =>
      history.calls.push({ eventId: 'evt_called', handler: CALLS, key: 'other', at: 1, executed: false }),
  },
  'a call is executed once': {
    'it is executed twice': ({ history }) => history.calls.push({ ...found(history.calls, () => true) }),
  },
  'what succeeded was called': {
    'it was not': ({ history }) => without(history.calls, ({ handler }) => handler === CALLS),
  },
  'different calls have different keys': {
    'two have one': ({ history: { calls } }) => calls.forEach((call) => (call.key = 'one for all')),
  },
  'every attempt is in the ledger': {
    'one is missing': (story) =>
      without(story.snapshot.attempts, (one) => attemptsOf(story, 'evt_flaky', 'faults.flaky')[1] === one),
    'one was not counted': (story) => (runOf(story, 'evt_flaky', 'faults.flaky').attempts -= 1),
  },
  'attempts of a run come one after the other': {
    'two overlap': (story) => {
      const [first, second] = attemptsOf(story, 'evt_flaky', 'faults.flaky');
      if (first && second) first.finishedAt = second.startedAt + 1;
    },
  },
  'the ledger agrees with the run': {
    'two attempts succeeded': (story) =>
      attemptsOf(story, 'evt_flaky', 'faults.flaky').forEach((attempt) => (attempt.outcome = 'succeeded')),
    'a lost attempt was not counted': (story) =>
      attemptsOf(story, 'evt_flaky', 'faults.flaky').forEach((attempt, i) => {
        if (i === 0) attempt.outcome = 'lost';
      }),
  },
  'runs for an object go one at a time': {
    'two run at once': (story) => {
      const [younger] = attemptsOf(story, 'evt_younger', IN_ORDER);
      for (const attempt of attemptsOf(story, 'evt_older', IN_ORDER)) {
        if (younger) attempt.finishedAt = younger.startedAt + 1;
      }
    },
  },
  'the oldest stored event of an object goes first': {
    'a younger one overtakes': (story) => {
      const older = runOf(story, 'evt_older', IN_ORDER);
      const [younger] = attemptsOf(story, 'evt_younger', IN_ORDER);
      const later = (younger?.finishedAt ?? 0) + 10;
      Object.assign(older, { startedAt: later, finishedAt: later + 10 });
      for (const attempt of attemptsOf(story, 'evt_older', IN_ORDER)) {
        Object.assign(attempt, { startedAt: later, finishedAt: later + 10 });
      }
      effectOf(story, 'evt_older').at = later;
    },
  },
  'operators are told nothing false': {
    'a stored event is not found': ({ history }) =>
      history.replays.forEach((replay) => Object.assign(replay, { status: 404, runs: undefined })),
    'there is a mistake of ours': ({ history }) => history.replays.forEach((replay) => (replay.status = 500)),
  },
  'replays name the runs they made': {
    'it is not there': ({ history }) =>
      history.replays.forEach(({ runs }) => runs?.forEach((made) => (made.runId = '999'))),
  },
  'replays do what was asked for': {
    'a dead run is left alone': (story) => {
      const { id: runId } = runOf(story, 'evt_dead', ENDS);
      without(story.snapshot.runs, (run) => run === runOf(story, 'evt_dead', ENDS, 2));
      const left = { handler: ENDS, outcome: 'open', runId, generation: 1 };
      for (const replay of story.history.replays) replay.runs = [left];
    },
  },
  'each replay makes a run of its own': {
    'two share one': ({ history }) =>
      history.replays.push(
        ...history.replays.map((replay) => ({
          ...replay,
          sentAt: replay.sentAt + 9_000,
          answeredAt: replay.sentAt + 9_010,
        })),
      ),
  },
  'nothing is replayed that nobody asked for': {
    'a run is there twice': ({ history }) => history.replays.splice(0),
  },
  'a replay of many goes through all of them': {
    'it stops': ({ snapshot }) => snapshot.replays.forEach((replay) => (replay.status = 'running')),
    'it leaves one out': ({ snapshot }) => snapshot.replays.forEach((replay) => (replay.done = 0)),
  },
  'a replay of many counts what it did': {
    'it counts one too many': ({ snapshot }) => snapshot.replays.forEach((replay) => (replay.created += 1)),
  },
  'a replay of many does only what was asked for': {
    'it makes a run of another event': (story) => (runOf(story, 'evt_dead', ENDS, 2).replayId = '7'),
  },
  'a replay of many makes one run each': {
    'it makes two': (story) => {
      const run = runOf(story, 'evt_many', QUICK, 2);
      story.snapshot.runs.push({ ...run, id: '998', generation: 3 });
    },
    'it makes none': (story) =>
      without(story.snapshot.runs, (run) => run === runOf(story, 'evt_many', QUICK, 2)),
  },
  'an authorization request gets a decision': {
    'it gets none': ({ history }) =>
      history.authorizations.forEach((asked) => Object.assign(asked, { approved: undefined, status: 500 })),
  },
  'the ledger has what was answered': {
    'it has the opposite': ({ snapshot }) => snapshot.decisions.forEach((one) => (one.approved = false)),
    'it has nothing': ({ snapshot }) => snapshot.decisions.splice(0),
  },
  'answered requests are stored': {
    'one is lost': ({ snapshot }) => without(snapshot.events, ({ id }) => id === 'evt_card'),
  },
  'npm start comes up again after any end': {
    'it ends by itself': ({ history }) => Object.assign(history.launches[0] ?? {}, { end: 'ended' }),
    'it believes the folder to be taken': ({ history }) =>
      Object.assign(history.launches[0] ?? {}, { end: 'refused' }),
  },
  'npm start leaves nothing of an earlier one': {
    'a server runs on': ({ history }) => history.launches[0]?.leftovers.push('4711 postgres'),
  },
  'nothing starts on a folder that is taken': {
    'a second one serves': ({ history }) => Object.assign(history.launches[1] ?? {}, { end: 'ready' }),
  },
};

describe('the history checker', () => {
  it('has nothing to say about a story in which every promise is kept', () => {
    expect(promisesBrokenIn(faultless())).toEqual([]);
  });

  it.each(
    Object.entries(breakages).flatMap(([promise, ways]) =>
      Object.entries(ways).map(([way, breakIt]) => ({ promise, way, breakIt })),
    ),
  )('notices a broken promise: $promise: $way', ({ promise, breakIt }) => {
    const story = faultless();
    breakIt(story);
    expect(promisesBrokenIn(story)).toContain(promise);
  });

  it('makes no promise that it would not notice to be broken', () => {
    const { history, snapshot } = faultless();
    // It asks for a decision only where there is none.
    const promises = [
      ...Object.keys(check(history, snapshot).checked),
      'an authorization request gets a decision',
    ];
    expect(promises.toSorted()).toEqual(Object.keys(breakages).toSorted());
  });

  it('lets a process whose clock is wrong call a signature late', () => {
    const { history, snapshot } = faultless();
    const answer = { eventId: 'evt_quick', api: 0, sentAt: 10, answeredAt: 20, status: 400 };
    history.deliveries.push({ ...answer, code: 'signature_expired' });
    history.faults.push({ kind: 'clock jump', parts: ['api 0'], from: 5, to: 30, amount: 3_600_000 });
    expect(check(history, snapshot).violations).toEqual([]);
  });

  it('lets a run that took down its worker three times be dead', () => {
    const story = faultless();
    const run = runOf(story, 'evt_quick', QUICK);
    for (const effect of story.snapshot.effects.filter(({ runId }) => runId === run.id)) {
      story.snapshot.effects.splice(story.snapshot.effects.indexOf(effect), 1);
    }
    const lost = attemptsOf(story, 'evt_quick', QUICK).flatMap((attempt) =>
      [0, 1, 2].map((i) => ({ ...attempt, attempt: i + 1, outcome: 'lost', startedAt: i, finishedAt: i })),
    );
    const others = story.snapshot.attempts.filter(({ runId }) => runId !== run.id);
    story.snapshot.attempts = [...others, ...lost];
    Object.assign(run, { status: 'dead', attempts: 3, lostAttempts: 3 });
    expect(promisesBrokenIn(story)).toEqual([]);
  });

  it('lets a replay name the run that another one made at the same time, and no other', () => {
    const story = faultless();
    runOf(story, 'evt_dead', ENDS).status = 'succeeded';
    const asked = story.history.replays[0] as AskedReplay;
    asked.includeSucceeded = false;
    story.history.replays.push({ ...asked, includeSucceeded: true });
    const promise = 'replays do what was asked for';
    expect(promisesBrokenIn(story)).not.toContain(promise);
    story.history.replays.pop();
    expect(promisesBrokenIn(story)).toContain(promise);
  });

  it('lets a younger event go first when the older one was not acknowledged by then', () => {
    const story = faultless();
    deliveryOf(story, 'evt_older').answeredAt = story.passes(60_000);
    breakages['the oldest stored event of an object goes first']?.['a younger one overtakes']?.(story);
    expect(promisesBrokenIn(story)).toEqual([]);
  });
});
