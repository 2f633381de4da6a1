import { onStack } from '../bench-stack.js';
import { fillStore } from '../load/fill-store.js';
import { Throughput } from '../load/throughput.js';
import { count, times } from '../markdown.js';
import { alternate, type Effort, median, medianRatio, progress } from '../rounds.js';
import { allStored } from '../runs.js';
import type { Section } from '../section.js';

/** Whether ingest keeps its pace when there are events of a year in the store. */
export const fullStore = ({ rounds, seconds, requests, stored }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    const stores = { empty: await stack.store('empty'), full: await stack.store('full') };
    await fillStore(stores.full.env.DATABASE_URL ?? '', stored, progress);
    const api = { ROLE: 'api' };
    const apps = {
      empty: await stack.turnpike('features/no-op.ts', { ...api, ...stores.empty.env }),
      full: await stack.turnpike('features/no-op.ts', { ...api, ...stores.full.env }),
    };
    const loads = {
      empty: new Throughput(apps.empty.url, { file: stack.file(), most: requests }),
      full: new Throughput(apps.full.url, { file: stack.file(), most: requests }),
    };
    const { empty, full } = await alternate(
      { empty: () => loads.empty.measure(seconds), full: () => loads.full.measure(seconds) },
      rounds,
    );
    await allStored(stores.empty.db, loads.empty.accepted);
    await allStored(stores.full.db, stored + loads.full.accepted);
    const { rows } = await stack.db.query<{ size: string }>(
      `SELECT pg_size_pretty(pg_database_size('bench_full')) AS size`,
    );
    const found = medianRatio(full, empty);
    return {
      title: `Ingest with ${count(stored)} stored events`,
      tables: [
        [
          ['', 'empty store', `${count(stored)} events`, 'ratio'],
          ['1.7 KB, 32 connections', count(median(empty)), count(median(full)), times(found)],
        ],
      ],
      notes: [
        `Two databases on one server, one process in the role \`api\` each. The full one (${rows[0]?.size}) has events of the last twelve months, evenly, each with a run that succeeded; ids are random, payloads 0.3 KB. Its indexes are those of the migrations, made anew after the fill, so they are dense.`,
        `The empty one had ${count(loads.empty.accepted)} events at the end. Every acknowledged event was found in its store with its run.`,
      ],
      targets: [
        { measure: `ingest with ${count(stored)} stored events, to empty`, unit: '×', atLeast: 0.9, found },
      ],
    };
  });
