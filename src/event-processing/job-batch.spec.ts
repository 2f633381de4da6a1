import { describe, expect, it } from '@jest/globals';
import { JobBatch, type OfferedJob } from './job-batch.js';

const job = (runId: string): OfferedJob => ({
  data: { runId, handlerId: 'test.handler', attempts: 0 },
  opts: { jobId: `${runId}-0` },
});

/** A batch on a queue that notes what it is given; it refuses jobs of this run. */
function noted(refusedRun?: string) {
  const writes: string[][] = [];
  const refusals: [number, unknown][] = [];
  const queue = {
    addBulk: async (jobs: { data: { runId: string } }[]) => {
      const runs = jobs.map(({ data }) => data.runId);
      writes.push(runs);
      if (refusedRun && runs.includes(refusedRun)) throw new Error('no Redis');
      return [];
    },
  };
  const batch = new JobBatch(queue, (count, error) => refusals.push([count, error]));
  return { batch, writes, refusals };
}

describe('jobs that are offered', () => {
  it('in one turn of the event loop go out with one write, in order', async () => {
    const { batch, writes } = noted();
    await Promise.all([batch.add([job('1'), job('2')]), batch.add([]), batch.add([job('3')])]);
    expect(writes).toEqual([['1', '2', '3']]);
  });

  it('later go out by themselves', async () => {
    const { batch, writes } = noted();
    await batch.add([job('1')]);
    await batch.add([job('2')]);
    expect(writes).toEqual([['1'], ['2']]);
  });

  it('while others are on their way go out without waiting for those', async () => {
    const { batch, writes } = noted();
    const first = batch.add([job('1')]);
    await new Promise((resolve) => setImmediate(resolve));
    await batch.add([job('2')]);
    await first;
    expect(writes).toEqual([['1'], ['2']]);
  });

  it('in large numbers go out with several writes, each once', async () => {
    const { batch, writes } = noted();
    const runs = Array.from({ length: 1_201 }, (_, i) => String(i));
    await batch.add(runs.map(job));
    expect(writes.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(writes.flat()).toEqual(runs);
  });

  it('and refused are reported, and fail nobody', async () => {
    const { batch, refusals } = noted('bad');
    await Promise.all([batch.add([job('1')]), batch.add([job('bad')])]);
    await batch.add([job('2')]);
    expect(refusals).toEqual([[2, expect.objectContaining({ message: 'no Redis' })]]);
  });
});
