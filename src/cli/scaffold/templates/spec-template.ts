import { factoryTypes } from '../../../event-factories/create-event.js';
import { type Blueprint, isDeletion, objectOf } from '../blueprint.js';
import type { ObjectKey } from '../event-object.js';

const EVENTS = 3;

export function specTemplate(blueprint: Blueprint): string {
  const { name, prefix, table } = blueprint;
  const steps = stepsOf(blueprint);
  const adding = steps.map(
    (step, i) => `${i === steps.length - 1 ? 'const newest = ' : ''}history.add(${step.arguments});`,
  );
  const account = blueprint.source === 'connect' ? `{ account: 'acct_1' }` : '';
  const kept = blueprint.key === 'event' ? keptEach : keptNewest(table, steps.at(-1)?.told ?? []);
  return `
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ${prefix}Module } from '../../src/features/${name}/${name}.module.js';
import { EventHistory, TurnpikeTestHarness } from '../../src/testing/index.js';

/** What happens to one object: ${steps.length} events, ${blueprint.key === 'event' ? 'each for itself' : 'oldest first'}. */
function story() {
  const history = new EventHistory(${account});
  ${adding.join('\n')}
  return { events: history.events, newest };
}

describe('the records of ${name}', () => {
  let turnpike: TurnpikeTestHarness;
  const records = () => turnpike.query('SELECT * FROM ${table} ORDER BY as_of');
  const handled = async ({ events }: Pick<ReturnType<typeof story>, 'events'>) => {
    await turnpike.deliver(events);
    await turnpike.settled();
  };

  beforeAll(async () => {
    const chaos = { duplicate: 0.5, shuffle: true, seed: 1 };
    turnpike = await TurnpikeTestHarness.start({ modules: [${prefix}Module], chaos });
  });
  beforeEach(() => turnpike.query('TRUNCATE ${table}'));
  afterAll(() => turnpike.stop());

  it('are written once for each event, however often it is delivered', async () => {
    const { newest } = story();
    await handled({ events: [newest, newest, newest] });
    expect(await turnpike.runsOf(newest, '${name}.record')).toMatchObject([
      { generation: 1, status: 'succeeded' },
    ]);
    expect(await records()).toMatchObject([{ event_id: newest.id }]);
  });
${kept}
  it('stay as they are when the events are replayed', async () => {
    const { events, newest } = story();
    await handled({ events });
    const before = await records();
    for (const event of events) await turnpike.replay(event, { includeSucceeded: true });
    await turnpike.settled();
    expect(await turnpike.runsOf(newest, '${name}.record')).toMatchObject([
      { generation: 1, status: 'succeeded' },
      { generation: 2, status: 'succeeded' },
    ]);
    expect(await records()).toEqual(before);
  });
});
`;
}

const keptNewest = (table: string, told: readonly string[]) => `
  it('end as the newest event says, in whatever order the events come', async () => {
    for (let order = 1; order <= 10; order += 1) {
      const { events, newest } = story();
      await handled({ events });
      expect(await records()).toMatchObject([{ ${['event_id: newest.id', ...told].join(', ')} }]);
      await turnpike.query('TRUNCATE ${table}');
    }
  });
`;

const keptEach = `
  it('are kept of every event, in whatever order the events come', async () => {
    const { events } = story();
    await handled({ events });
    expect(await records()).toMatchObject(events.map(({ id }) => ({ event_id: id })));
  });
`;

interface Step {
  /** Of `history.add`. */
  readonly arguments: string;
  /** What the table then says. */
  readonly told: readonly string[];
}

/** Every type comes once at least, deletions last. */
function stepsOf({ types, key, columns, tellsDeleted }: Blueprint): Step[] {
  const last = types.filter((type) => tellsDeleted && isDeletion(type));
  const others = types.filter((type) => !last.includes(type));
  const more = Array.from({ length: Math.max(0, EVENTS - types.length) }, () => others[0] ?? '');
  const amount = columns.findLast(({ sqlType }) => sqlType === 'bigint')?.column;
  return [...more, ...others, ...last].map((type, i) => {
    const cents = (i + 1) * 100;
    const fields = [...identity[key], ...neededFields(type), ...(amount ? [`${amount}: ${cents}`] : [])];
    const choices = fields.length > 0 ? [`{ object: { ${fields.join(', ')} } }`] : related[key];
    return {
      arguments: [`'${type}'`, ...choices].join(', '),
      told: [
        ...(amount ? [`${amount}: '${cents}'`] : []),
        ...(tellsDeleted ? [`deleted: ${isDeletion(type)}`] : []),
      ],
    };
  });

  /** What an object always has; where there is a factory for it, that knows. */
  function neededFields(type: string): string[] {
    if (factoryTypes.some((known) => known === type)) return [];
    const { fields, status = 'active' } = objectOf(type);
    const values = { text: `'${status}'`, number: '100', boolean: 'true' };
    return columns
      .filter(({ column }) => column !== amount)
      .flatMap(({ column }) => {
        const kind = fields[column];
        if (kind !== 'text' && kind !== 'number' && kind !== 'boolean') return [];
        return [`${column}: ${column === 'currency' ? `'usd'` : values[kind]}`];
      });
  }
}

/** What makes the objects of several snapshot events one. */
const identity: Record<ObjectKey, string[]> = {
  id: [`id: 'object_1'`],
  customer: [`customer: 'cus_1'`],
  object: [],
  related: [],
  kind: [],
  event: [],
};

const related: Record<ObjectKey, string[]> = {
  id: [],
  customer: [],
  object: [],
  related: [`{ relatedObject: { id: 'object_1', type: 'object', url: '/v2/objects/object_1' } }`],
  kind: [],
  event: [],
};
