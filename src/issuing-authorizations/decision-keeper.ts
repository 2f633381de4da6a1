import path from 'node:path';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { isRefusal } from '../database/postgres-pool.js';
import { EventReceiver } from '../event-processing/event-receiver.js';
import type { NewEvent } from '../event-store/new-event.js';
import { Problem } from '../http/problem.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import type { Decision } from './decision.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingMetrics } from './issuing-metrics.js';
import type { ShadowVerdict } from './policy.js';
import { Refused, Spool } from './spool.js';

const DRAIN_EVERY_MS = 1_000;

/** What could not be stored before an answer went out. */
interface Unstored {
  decision?: Decision;
  event?: Omit<NewEvent, 'created'> & { created: string };
  shadow?: { eventId: string; verdicts: ShadowVerdict[] };
}

/** Keeps what Postgres could not take in time safe on disk, and brings it in when it can. */
@Injectable()
export class DecisionKeeper implements BeforeApplicationShutdown, OnApplicationShutdown {
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
        (reason) =>
          this.logger.error({ reason }, 'a spooled decision was set aside: see spool/issuing/refused.txt'),
      );
    } catch (error) {
      this.logger.warn({ error: loggable(error) }, 'spooled decisions have to wait');
    }
    this.metrics.spooled.set(this.spool.size);
  }

  /** While there are connections. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.drain();
  }

  onApplicationShutdown(): void {
    this.spool.close();
  }

  /**
   * Repeatable: each part knows whether it was done.
   *
   * @throws Refused when Postgres will never take a part; the others are stored then
   */
  private async store({ decision, event, shadow }: Unstored): Promise<void> {
    const stored = await Promise.allSettled([
      decision && this.ledger.recordAnswered(decision),
      event && this.receiver.receive({ ...event, created: new Date(event.created) }),
      shadow && this.ledger.noteShadow(shadow.eventId, shadow.verdicts),
    ]);
    const failures = stored.flatMap((part) => (part.status === 'rejected' ? [part.reason as unknown] : []));
    const temporary = failures.find((error) => !isFinal(error));
    if (temporary !== undefined) throw temporary;
    if (failures.length > 0) throw new Refused(loggable(failures[0]).message);
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

/** Trying again would not help: Postgres refuses it, or it was written in a form that is not read any more. */
const isFinal = (error: unknown): boolean =>
  isRefusal(error) || (error instanceof Problem && error.status === 400) || error instanceof TypeError;
