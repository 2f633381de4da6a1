import { createEvent } from '../../src/event-factories/create-event.js';
import { percentile, steadyLoad } from '../../test/harness/steady-load.js';
import { onStack } from '../bench-stack.js';
import { SECRET } from '../load/prepared-requests.js';
import { Throughput } from '../load/throughput.js';
import { count, ms, times } from '../markdown.js';
import { alternate, type Effort, median, medianRatio } from '../rounds.js';
import type { Section } from '../section.js';

const SHARE = 0.3;

/** How long an acknowledgement takes at a third of what Turnpike can take. */
export const acknowledgement = ({ rounds, seconds, requests }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    const { url } = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
    const quickstart = await stack.baseline('quickstart');
    const capacity = new Throughput(url, { file: stack.file(), most: requests });
    await capacity.measure(seconds); // Warms up
    const perSecond = Math.round(SHARE * (await capacity.measure(seconds)));
    const times99 = await alternate(
      {
        turnpike: () => p99(url, perSecond, seconds),
        q: () => p99(quickstart.url, perSecond, seconds),
      },
      rounds,
    );
    const { turnpike, q } = times99;
    const found = medianRatio(turnpike, q);
    return {
      title: `Acknowledgement at a steady ${count(perSecond)} events per second, p99`,
      tables: [
        [
          ['', 'Turnpike', 'Q', 'to Q'],
          ['1.7 KB', ms(median(turnpike)), ms(median(q)), times(found)],
        ],
      ],
      notes: [
        'That is 30 % of what Turnpike can take, for both. A time runs from the moment the event was meant to be sent to the last byte of its answer.',
      ],
      targets: [{ measure: 'acknowledgement at 30 % load, p99, to Q', unit: '×', atMost: 2, found }],
    };
  });

/** In milliseconds. @throws Error when an event was not acknowledged */
async function p99(url: string, perSecond: number, seconds: number): Promise<number> {
  const events = Array.from({ length: perSecond * seconds }, () => createEvent('payment_intent.succeeded'));
  const asked = await steadyLoad(url, events, { path: '/webhook', secret: SECRET, perSecond });
  const refused = asked.filter(({ status }) => status !== 200).length;
  if (refused > 0) throw new Error(`${refused} events were not acknowledged`);
  return percentile(asked, 99);
}
