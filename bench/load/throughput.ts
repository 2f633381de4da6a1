import { type Size, writeRequests } from './prepared-requests.js';
import { sendRequests, type Sent } from './send-requests.js';

/** More than any server takes in a second. */
const FIRST_GUESS = { '1.7 KB': 25_000, '15 KB': 12_000 };
/** A server may be this much faster than it was last time before it runs out of requests. */
const MARGIN = 1.5;

/** Loads one server again and again; it prepares no more requests than that server can take. */
export class Throughput {
  /** All that were acknowledged so far. */
  accepted = 0;
  private readonly size: Size;
  private perSecond: number;

  constructor(
    private readonly url: string,
    private readonly requests: { file: string; most: number; size?: Size },
  ) {
    const { size = '1.7 KB' } = requests;
    this.size = size;
    this.perSecond = FIRST_GUESS[size];
  }

  /** Writes the requests of the next load: not while anything is measured. */
  prepare(seconds: number): void {
    const count = Math.min(this.requests.most, Math.ceil(this.perSecond * seconds * MARGIN));
    writeRequests(this.requests.file, { size: this.size, count });
  }

  async load(seconds: number): Promise<Sent> {
    const sent = await sendRequests(this.url, this.requests.file, { seconds });
    this.accepted += sent.accepted;
    this.perSecond = sent.accepted / sent.seconds;
    return sent;
  }

  /** @returns how many were acknowledged per second */
  async measure(seconds: number): Promise<number> {
    this.prepare(seconds);
    const sent = await this.load(seconds);
    return sent.accepted / sent.seconds;
  }
}
