import { Field } from '../../../http/field.decorator.js';
import { Order } from '../order.entity.js';

export class OrderPage {
  @Field('Newest first', { type: [Order] }) data: Order[];
  @Field('Cursor of the next page', { type: String, nullable: true }) next: string | null;
}

/** An event that said something of an order. */
export class OrderHistoryEntry {
  @Field('Id of the event', { example: 'evt_1' }) eventId: string;
  @Field('Type of the event', { example: 'payment_intent.succeeded' }) type: string;
  @Field('When Stripe made it') created: Date;
  @Field('What it said', { json: true }) said: unknown;
}

export class OrderDetails extends Order {
  @Field('Id of the hook that fulfilled it', { type: String, nullable: true, example: 'tickets' })
  fulfilledBy: string | null;

  @Field('What its events said, newest first', { type: [OrderHistoryEntry] })
  history: OrderHistoryEntry[];

  @Field('Cursor of the next page of the history', { type: String, nullable: true })
  next: string | null;
}
