import { Field } from '../../http/field.decorator.js';

/** What an operator knows of a group. `open`: nobody has looked, or it failed again after it was resolved. */
export const failureStates = ['open', 'acknowledged', 'resolved'] as const;
export type FailureState = (typeof failureStates)[number];

export class FailureSample {
  @Field('An event of the group, the newest', { example: 'evt_1' }) eventId: string;
  @Field('Its run', { example: '42' }) runId: string;
}

/** Runs of one handler that wait after a failure or are dead, and failed alike. A replayed run no longer counts. */
export class FailureGroup {
  @Field('Id of the handler', { example: 'orders.fulfil' }) handler: string;

  @Field('Name of the kind of error: the message without ids, numbers, times and quoted values, as a hash', {
    example: '9f86d081884c7d65',
  })
  fingerprint: string;

  @Field('Last error of the sample') error: string;
  @Field('Runs that are dead') dead: number;
  @Field('Runs that will be tried again') retrying: number;
  @Field('The first such failure of a run in the group') firstSeen: Date;
  @Field('The last one') lastSeen: Date;
  @Field('What operators made of it', { enum: failureStates }) state: FailureState;
  @Field('Left by an operator; not for restricted keys', { type: String, nullable: true }) note:
    string | null;
  @Field('When it was acknowledged', { type: Date, nullable: true }) acknowledgedAt: Date | null;

  @Field('Name of the key that did; not for restricted keys', { type: String, nullable: true })
  acknowledgedBy: string | null;

  @Field('When it was resolved', { type: Date, nullable: true }) resolvedAt: Date | null;

  @Field('Name of the key that did; not for restricted keys', { type: String, nullable: true })
  resolvedBy: string | null;

  @Field('One of its runs', { type: FailureSample }) sample: FailureSample;
}

export class FailurePage {
  @Field('By handler and fingerprint', { type: [FailureGroup] }) data: FailureGroup[];
  @Field('For `after`', { type: String, nullable: true }) next: string | null;
}
