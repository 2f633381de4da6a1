import { All, Controller, Header, HttpCode, Post } from '@nestjs/common';
import Stripe from 'stripe';
import { EventReceiver, type Receipt } from '../event-processing/event-receiver.js';
import { methodNotAllowed, Problem } from '../http/problem.js';
import { OpenRoute } from '../http/route-access.js';
import { type EventEnvelope, parseEnvelope } from '../signature/event-envelope.js';
import { SignedBytes, SignedBytesBy } from '../signature/signed-by.decorator.js';
import type { VerifiedBody } from '../signature/signature.guard.js';
import { AuthorizationDecider } from './authorization-decider.js';
import { AUTHORIZATION_REQUEST } from './authorization-request.js';
import { answerOf, type IssuingAnswer } from './decision.js';
import { IssuingMetrics } from './issuing-metrics.js';
import { RecentAnswers } from './recent-answers.js';
import { Rulings } from './rulings.js';

@Controller('issuing/authorizations')
export class IssuingAuthorizationsController {
  private readonly recent = new RecentAnswers<IssuingAnswer>();

  constructor(
    private readonly decider: AuthorizationDecider,
    private readonly rulings: Rulings,
    private readonly receiver: EventReceiver,
    private readonly metrics: IssuingMetrics,
  ) {}

  /** Stripe must have the answer 2 s after it sent the request; the status must be 200, whatever was signed. */
  @Post()
  @HttpCode(200)
  @Header('Stripe-Version', Stripe.API_VERSION)
  @SignedBytesBy('issuing')
  async answer(
    @SignedBytes() { body, signedWith, arrivedAt }: VerifiedBody,
  ): Promise<IssuingAnswer | Receipt> {
    const event = understood(body);
    if (!event) return this.withoutEvent();
    if (event.type !== AUTHORIZATION_REQUEST) return this.receiver.receive({ ...event, signedWith });
    const request = { ...event, signedWith, source: 'issuing' as const };
    return this.recent.of(event.id, async () => answerOf(await this.decider.decide(request, arrivedAt)));
  }

  @All()
  @OpenRoute('says only that the method is wrong')
  refuse(): never {
    throw methodNotAllowed('POST');
  }

  /** There is no id to remember it by: the count is all that stays. */
  private withoutEvent(): IssuingAnswer {
    const { approved, reason } = this.rulings.fallback('not_an_event');
    this.metrics.decisions.inc({ approved: String(approved), reason });
    return { approved };
  }
}

function understood(body: Buffer): EventEnvelope | undefined {
  try {
    return parseEnvelope(body);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
