import { describe, expect, it } from '@jest/globals';
import { AnswerTally } from './answer-tally.js';

const answered = (status: number, ms: number) => ({ status, ms, body: '' });

describe('AnswerTally', () => {
  it('counts by status code, or by the reason why there was no answer', () => {
    const tally = new AnswerTally();
    for (const outcome of [
      answered(503, 1),
      answered(200, 1),
      { reason: 'ECONNRESET', ms: 1 },
      answered(200, 1),
    ]) {
      tally.add(outcome);
    }
    expect(tally.byOutcome).toEqual({ 200: 2, 503: 1, ECONNRESET: 1 });
    expect(tally.total).toBe(4);
    expect(tally.firstFailure).toEqual(answered(503, 1));
  });

  it.each([
    [[200, 204, 299], true],
    [[200, 301], false],
    [[500], false],
    [[], false],
  ])('with answers %j: all good is %j', (statuses, allGood) => {
    const tally = new AnswerTally();
    for (const status of statuses) tally.add(answered(status, 1));
    expect(tally.allGood).toBe(allGood);
  });

  it('takes percentiles of the answers alone, whatever their order', () => {
    const tally = new AnswerTally();
    for (let ms = 200; ms >= 1; ms -= 1) tally.add(answered(200, ms));
    tally.add({ reason: 'ECONNRESET', ms: 9_999 });
    expect(tally.latencies).toEqual({ min: 1, p50: 100, p99: 198, max: 200 });
  });

  it('has no latencies when nothing answered', () => {
    expect(new AnswerTally().latencies).toBeUndefined();
  });
});
