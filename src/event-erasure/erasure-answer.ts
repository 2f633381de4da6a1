import { Field } from '../http/field.decorator.js';

/** How far an erasure is. */
export class ErasureEvents {
  @Field('Events that were to be erased when it was asked for; `null` where they were too many to count', {
    type: Number,
    nullable: true,
  })
  matched: number | null;

  @Field('Events it has erased') erased: number;
}

const text = { type: String, nullable: true } as const;

/** An erasure: whose data, and how far it is. */
export class ErasureAnswer {
  @Field('Id of the erasure', { example: '3' }) id: string;
  @Field('`completed`: nothing of it is left here', { enum: ['running', 'completed'] })
  status: 'running' | 'completed';
  @Field('The customer', { ...text, example: 'cus_Q1w2E3r4' }) customer: string | null;
  @Field('The connected account: of the customer, or all of it', text) account: string | null;
  @Field('The event', text) event: string | null;
  @Field('Why') reason: string;
  @Field('Name of the key it was asked for with') requestedBy: string;
  @Field('When it was asked for') createdAt: Date;
  @Field('When it was completed', { type: Date, nullable: true }) finishedAt: Date | null;
  @Field('How far it is', { type: ErasureEvents }) events: ErasureEvents;
  @Field('Open runs that it ended') runsEnded: number;
}

/** An erasure as `erasure-statements.ts` selects it. */
export interface ErasureRow extends Omit<ErasureAnswer, 'events'> {
  matched: number | null;
  erased: number;
}

export const answerOf = ({ matched, erased, ...row }: ErasureRow): ErasureAnswer => ({
  ...row,
  events: { matched, erased },
});
