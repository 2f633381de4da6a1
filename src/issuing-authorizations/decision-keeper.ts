import path from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { EventReceiver } from '../event-processing/event-receiver.js';
import type { NewEvent } from '../event-store/new-event.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import type { Decision } from './decision.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingMetrics } from './issuing-metrics.js';
import type { ShadowVerdict } from './policy.js';
import { Spool } from './spool.js';

const DRAIN_EVERY_MS = 1_000;

/** What could not be stored before an answer went out. */
interface Unstored {
  decision?: Decision;
  event?: Omit<NewEvent, 'created'> & { created: string };
  shadow?: { eventId: string; verdicts: ShadowVerdict[] };
}

/** Keeps what Postgres could not take in time safe on disk, and brings it in when it can. */
@Injectable()
export class DecisionKeeper implements OnApplicationShutdown {
  private readonly spool: Spool<Unstored>;

  constructor(
    private readonly ledger: DecisionLedger,
    private readonly receiver: EventReceiver,
    private readonly metrics: IssuingMetrics,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.spool = new Spool(path.join(config.DATA_DIR, 'spool', 'issuing'));
  }

  keep(decision: Decision | undefined, event: NewEvent | undefined): void {
    this.append({
      ...(decision && { decision }),
      ...(event && { event: { ...event, created: event.created.toISOString() } }),
    });
  }

  /** Completes the record of a decision, now or when Postgres can. */
  async keepShadow(eventId: string, verdicts: ShadowVerdict[]): Promise<void> {
    const noted = await this.ledger.noteShadow(eventId, verdicts).catch(() => false);
    if (!noted) this.append({ shadow: { eventId, verdicts } });
  }

  @Interval(DRAIN_EVERY_MS)
  async drain(): Promise<void> {
    try {
      await this.spool.drain(
        (unstored) => this.store(unstored),
        () => this.logger.error('a spooled decision is unreadable: its process died while writing it'),
      );
    } catch (error) {
      this.logger.debug({ error: loggable(error) }, 'spooled decisions have to wait');
    }
    this.metrics.spooled.set(this.spool.size);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.drain();
    this.spool.close();
  }

  /** Repeatable: each part knows whether it was done. */
  private async store({ decision, event, shadow }: Unstored): Promise<void> {
    if (decision) await this.ledger.recordAnswered(decision);
    if (event) await this.receiver.receive({ ...event, created: new Date(event.created) });
    if (shadow) await this.ledger.noteShadow(shadow.eventId, shadow.verdicts);
  }

  private append(unstored: Unstored): void {
    try {
      this.spool.append(unstored);
      this.metrics.spooled.set(this.spool.size);
    } catch (error) {
      const eventId = unstored.decision?.eventId ?? unstored.event?.id ?? unstored.shadow?.eventId;
      this.logger.fatal(
        { eventId, error: loggable(error) },
        'a decision could be kept neither in Postgres nor on disk',
      );
    }
  }
}
