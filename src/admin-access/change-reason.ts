import { Reason } from './reason.decorator.js';

/** Body of a change that needs to be told nothing else. */
export class ChangeReason {
  @Reason()
  reason?: string;
}
