import { Field } from '../../http/field.decorator.js';
import { EventItem, RunView } from './event-view.js';

/** One place of an object where its value is another than in the event before. */
export class ChangeView {
  @Field('Where in the object', { example: 'items.data[0].quantity' })
  path: string;

  @Field('What it was; `null` also where there was nothing. Long and deep values are shortened', {
    json: true,
    example: 'requires_capture',
  })
  from: unknown;

  @Field('What it is; `null` also where there is nothing any more', {
    json: true,
    example: 'succeeded',
  })
  to: unknown;
}

/** One event of a timeline. */
export class TimelineEntry {
  @Field('The event', { type: EventItem })
  event: EventItem;

  @Field('Its runs with every attempt', { type: [RunView] })
  runs: RunView[];

  @Field(
    'What is different from the event before in this timeline that carried the same object; `null` when there is none, when it carries no object, one of more than 256 KiB, or was erased',
    { type: [ChangeView], nullable: true },
  )
  changes: ChangeView[] | null;

  @Field('Whether there are more changes than those shown')
  moreChanges: boolean;
}

export class TimelinePage {
  @Field('Oldest first', { type: [TimelineEntry] })
  data: TimelineEntry[];

  @Field('`after` for the next page; `null` on the last', { type: String, nullable: true })
  next: string | null;
}
