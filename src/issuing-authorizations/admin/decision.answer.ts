import { Field } from '../../http/field.decorator.js';
import type { DecisionRow } from '../decision-queries.js';

const text = { type: String, nullable: true };

/** One decision as operators see it. Amounts are in the smallest unit of `currency`. */
export class IssuingDecision implements DecisionRow {
  @Field('Id of the event that asked') eventId: string;
  @Field('Id of the authorization', text) authorizationId: string | null;
  @Field('Id of the card', text) cardId: string | null;
  @Field('Id of the cardholder', text) cardholderId: string | null;
  @Field('Connected account', text) account: string | null;
  @Field('Live or test') livemode: boolean;
  @Field('When it was decided') decidedAt: Date;
  @Field('Three-letter code in lower case', text) currency: string | null;
  @Field('Amount asked for', { type: Number, nullable: true }) asked: number | null;
  @Field('Whether it was approved') approved: boolean;
  @Field('Amount granted') granted: number;
  @Field('Amount that counts for the rules') held: number;
  @Field('Why', { example: 'over_limit' }) reason: string;
  @Field('The policy that decided', text) policy: string | null;
  @Field('Whether the fallback decided, because the policies took too long or failed') fallback: boolean;
  @Field('From the request to the answer, in milliseconds') latencyMs: number;
  @Field('What the shadow policies would have said', { type: [Object] }) shadow: object[];
  @Field('What Stripe applied, compared with what was answered', { enum: ['pending', 'match', 'mismatch'] })
  outcome: 'pending' | 'match' | 'mismatch';
  @Field('The reason that Stripe gives', text) appliedReason: string | null;
  @Field('What Stripe applied', { type: Boolean, nullable: true }) appliedApproved: boolean | null;
}

export class DecisionPage {
  @Field('Newest first', { type: [IssuingDecision] }) data: IssuingDecision[];
  @Field('Give it as `after` for the next page; `null` on the last', text) next: string | null;
}
