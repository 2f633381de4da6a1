import { describe, expect, it } from '@jest/globals';
import { InFlight } from './in-flight.js';

/** Work whose end the test decides. */
function work() {
  let end!: (result: string) => void;
  let fail!: (reason: Error) => void;
  const promise = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { promise, end, fail };
}

/** Whether it has settled once all that could settle it at once has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.finally(() => (done = true));
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('work in flight', () => {
  it('ends for whoever added it as it ended by itself', async () => {
    const inFlight = new InFlight();
    expect(await inFlight.add(Promise.resolve('done'))).toBe('done');
    await expect(inFlight.add(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('is waited for, however it ends, with what was added meanwhile', async () => {
    const inFlight = new InFlight();
    const [first, second] = [work(), work()];
    inFlight.add(first.promise).catch(() => undefined);
    const idle = inFlight.idle();
    inFlight.add(second.promise).catch(() => undefined);
    first.fail(new Error('broken'));
    expect(await settled(idle)).toBe(false);
    second.end('done');
    await idle;
  });

  it('is none before the first and after the last', async () => {
    const inFlight = new InFlight();
    await inFlight.idle();
    await inFlight.add(Promise.resolve());
    expect(await settled(inFlight.idle())).toBe(true);
  });
});
