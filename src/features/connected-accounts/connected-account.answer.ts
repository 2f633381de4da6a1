import { Field } from '../../http/field.decorator.js';
import { ConnectedAccount } from './connected-account.entity.js';

export class ConnectedAccountPage {
  @Field('By id', { type: [ConnectedAccount] }) data: ConnectedAccount[];
  @Field('Cursor of the next page', { type: String, nullable: true }) next: string | null;
}

class ConnectedAccountDifference {
  @Field('What changed', { example: 'requirements.currentlyDue' }) path: string;
  @Field('Value before', { json: true }) from: unknown;
  @Field('Value after', { json: true }) to: unknown;
}

/** An event that changed something of an account. */
export class ConnectedAccountChange {
  @Field('Id of the event', { example: 'evt_1' }) eventId: string;
  @Field('Type of the event', { example: 'account.updated' }) type: string;
  @Field('When Stripe made it') created: Date;
  @Field('What it concerns', { example: 'person:person_1' }) part: string;
  @Field('What it changed', { type: [ConnectedAccountDifference] }) changes: ConnectedAccountDifference[];
}

export class ConnectedAccountDetails extends ConnectedAccount {
  @Field('Its changes, newest first', { type: [ConnectedAccountChange] }) history: ConnectedAccountChange[];
  @Field('Cursor of the next page of the history', { type: String, nullable: true }) next: string | null;
}
