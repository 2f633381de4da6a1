import { SingleBar } from 'cli-progress';
import { note } from '../output.js';

/** Shows how far a run of deliveries is, on standard error. */
export interface DeliveryProgress {
  /** One more delivery was answered. */
  readonly advance: () => void;
  readonly stop: () => void;
}

const silent: DeliveryProgress = { advance: () => undefined, stop: () => undefined };

/** A bar on a terminal, a line per second elsewhere, nothing for a single delivery or a program. */
export function deliveryProgress(total: number, quiet: boolean): DeliveryProgress {
  if (quiet || total === 1) return silent;
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): DeliveryProgress {
  const shown = new SingleBar({
    format: '{bar} {percentage}%  {value}/{total} answered  {duration_formatted}, {eta_formatted} to go',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  shown.start(total, 0);
  return { advance: () => shown.increment(), stop: () => shown.stop() };
}

function lines(total: number): DeliveryProgress {
  let answered = 0;
  const timer = setInterval(() => note(`${answered} of ${total} answered`), 1_000);
  return { advance: () => void (answered += 1), stop: () => clearInterval(timer) };
}
