import type { Client } from 'pg';
import type { EventReader } from '../../src/event-store/event-reader.js';
import { type EventFilter, type PageRequest, searchEvents } from '../../src/event-store/event-search.js';
import { median } from '../rounds.js';

const ROUNDS = 21;
const DAY_MS = 86_400_000;
const PAGE = 50;

/** One question to one table. */
export interface Answered {
  /** Median time of a page, in milliseconds. */
  ms: number;
  /** Pages of 8 KiB that Postgres touched. */
  buffers: number;
  rows: number;
  /** Indexes of the plan that were used, without the keys of the final look-ups. */
  indexes: string[];
}

interface Plan {
  'Index Name'?: string;
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Loops': number;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

interface Asked {
  text: string;
  values: unknown[];
}

/** Where a page begins: at the top of a list, or in the midst of it. */
export function pageOf({ createdBefore, receivedBefore }: EventFilter, deep: boolean): PageRequest {
  const before = (createdBefore ?? receivedBefore)?.getTime() ?? Date.now() - 165 * DAY_MS;
  const after = deep ? { at: new Date(before - 15 * DAY_MS), id: 'evt_5' } : undefined;
  return { order: 'newest', limit: PAGE, after };
}

/** Asks once, and remembers the statements. */
async function statementsOf(
  db: Client,
  filter: EventFilter,
  page: PageRequest,
): Promise<[Asked[], rows: number]> {
  const asked: Asked[] = [];
  const query: EventReader['query'] = async (text, values) => {
    asked.push({ text, values });
    return (await db.query(text, values)).rows;
  };
  const rows = await searchEvents({ query }, filter, page);
  return [asked, rows.length];
}

/** One question to two tables, in turns, so that whatever else the machine does disturbs both. */
export async function compare(
  small: Asker,
  large: Asker,
  deep: boolean,
): Promise<{ small: Answered; large: Answered; ratio: number }> {
  const times: [small: number[], large: number[]] = [[], []];
  for (let round = -2; round < ROUNDS; round++) {
    for (const [i, { db, filter }] of [small, large].entries()) {
      const start = performance.now();
      await statementsOf(db, filter, pageOf(filter, deep));
      if (round >= 0) times[i]?.push(performance.now() - start);
    }
  }
  return {
    small: { ms: median(times[0]), ...(await explained(small, deep)) },
    large: { ms: median(times[1]), ...(await explained(large, deep)) },
    ratio: median(times[1].map((ms, round) => ms / (times[0][round] ?? Number.NaN))),
  };
}

/** Where a question goes, and what it is there. */
export interface Asker {
  db: Client;
  filter: EventFilter;
}

async function explained({ db, filter }: Asker, deep: boolean): Promise<Omit<Answered, 'ms'>> {
  const [asked, rows] = await statementsOf(db, filter, pageOf(filter, deep));
  const plans: Plan[] = [];
  for (const { text, values } of asked) plans.push(await explain(db, text, values));
  return {
    buffers: plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0),
    rows,
    indexes: await parentsOf(db, plans.flatMap(used)),
  };
}

/** How many rows and index entries Postgres reads for a page. */
export async function readBy(db: Client, filter: EventFilter, page: PageRequest): Promise<number> {
  const [asked] = await statementsOf(db, filter, page);
  let rows = 0;
  for (const { text, values } of asked) rows += rowsRead(await explain(db, text, values));
  return Math.round(rows);
}

/** Postgres states rows per loop. */
function rowsRead(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, child) => sum + rowsRead(child), 0);
  if (
    !plan['Node Type'].endsWith('Scan') ||
    /^(CTE|Subquery|Function|WorkTable|Values)/.test(plan['Node Type'])
  )
    return below;
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  return below + (plan['Actual Rows'] + removed) * plan['Actual Loops'];
}

async function explain(db: Client, text: string, values: unknown[]): Promise<Plan> {
  const { rows } = await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) ${text}`,
    values,
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (!plan) throw new Error('no plan');
  return plan;
}

/** Scans that were run; a sequential one goes by the name of its table. */
function used(plan: Plan): string[] {
  const below = (plan.Plans ?? []).flatMap(used);
  if (plan['Actual Loops'] === 0) return below;
  if (plan['Node Type'] === 'Seq Scan') return [`seq ${plan['Relation Name']}`, ...below];
  return plan['Index Name'] ? [plan['Index Name'], ...below] : below;
}

/** An index of a partition is named after that of the whole table. */
async function parentsOf(db: Client, names: string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT DISTINCT coalesce(parent.relname, given.name) AS name
     FROM unnest($1::text[]) AS given (name)
     LEFT JOIN pg_class child ON child.relname = given.name
     LEFT JOIN pg_inherits ON inhrelid = child.oid
     LEFT JOIN pg_class parent ON parent.oid = inhparent
     ORDER BY 1`,
    [names],
  );
  return rows.map(({ name }) => name);
}
