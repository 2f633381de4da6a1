import { describe, expect, it } from '@jest/globals';
import { RateMeter } from './rate-meter.js';

describe('RateMeter', () => {
  it('knows nothing until it can compare', () => {
    const meter = new RateMeter();
    expect(meter.perSecond).toBeUndefined();
    meter.add(5, 1_000);
    meter.add(50, 1_999);
    expect(meter.perSecond).toBeUndefined();
    meter.add(55, 2_000);
    expect(meter.perSecond).toBe(50);
  });

  it('forgets what is older than ten seconds', () => {
    const meter = new RateMeter();
    for (let second = 0; second <= 10; second += 1) meter.add(second * 100, second * 1_000);
    expect(meter.perSecond).toBeCloseTo(100);
    for (let second = 11; second <= 25; second += 1) meter.add(1_000, second * 1_000);
    expect(meter.perSecond).toBe(0);
  });

  it('bridges a gap longer than its window', () => {
    const meter = new RateMeter();
    meter.add(0, 0);
    meter.add(600, 60_000);
    expect(meter.perSecond).toBeCloseTo(10);
  });
});
