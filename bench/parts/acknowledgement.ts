import path from 'node:path';
import { createEvent } from '../../src/event-factories/create-event.js';
import { percentile, steadyLoad } from '../../test/harness/steady-load.js';
import { BenchStack } from '../bench-stack.js';
import { SECRET, writeRequests } from '../load/prepared-requests.js';
import { wrk } from '../load/wrk.js';
import { alternate, type Effort, median, medianRatio, type Section } from '../rounds.js';

const SHARE = 0.3;

/** How long an acknowledgement takes at a third of what Turnpike can take. */
export async function acknowledgement({ rounds, seconds }: Effort): Promise<Section> {
  const stack = await BenchStack.start();
  try {
    const { url } = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
    const quickstart = await stack.baseline('quickstart');
    const perSecond = Math.round(SHARE * (await capacity(stack, url, seconds)));
    const p99 = (target: string) => async (): Promise<number> => {
      const events = Array.from({ length: perSecond * seconds }, () =>
        createEvent('payment_intent.succeeded'),
      );
      const asked = await steadyLoad(target, events, { path: '/webhook', secret: SECRET, perSecond });
      const refused = asked.filter(({ status }) => status !== 200).length;
      if (refused > 0) throw new Error(`${refused} events were not acknowledged`);
      return percentile(asked, 99);
    };
    const times = await alternate({ turnpike: p99(url), q: p99(quickstart.url) }, rounds);
    const [turnpike = [], q = []] = [times.turnpike, times.q];
    const ms = (values: number[]) => `${median(values).toFixed(1)} ms`;
    return {
      title: `Acknowledgement at a steady ${perSecond.toLocaleString('en')} events per second, p99`,
      table: [
        ['', 'Turnpike', 'Q', 'to Q'],
        ['1.7 KB', ms(turnpike), ms(q), `${medianRatio(turnpike, q).toFixed(1)}×`],
      ],
      notes: [
        'That is 30 % of what Turnpike can take. A time runs from the moment the event was meant to be sent to the last byte of its answer.',
      ],
    };
  } finally {
    await stack.stop();
  }
}

async function capacity(stack: BenchStack, url: string, seconds: number): Promise<number> {
  const file = path.join(stack.dir, 'requests');
  for (const warm of [true, false]) {
    writeRequests(file, { path: '/webhook', size: '1.7 KB', count: 16_000 * seconds });
    const { requests, seconds: took } = await wrk(url, file, { seconds });
    if (!warm) return requests / took;
  }
  return Number.NaN;
}
