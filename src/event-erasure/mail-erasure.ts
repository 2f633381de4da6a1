import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Erasure, OnErasure } from '../event-handlers/index.js';
import { overwriteMail } from '../mail/mail-erasure.js';

/** Overwrites outgoing mail about what was erased, sent or not. */
@Injectable()
export class MailErasure {
  @OnErasure()
  async erase({ events, customer, account }: Erasure, tx: EntityManager): Promise<void> {
    if (events.length > 0) {
      const objects = events.flatMap(({ objectId }) => (objectId === null ? [] : [objectId]));
      await overwriteMail(tx, { about: objects });
    } else if (customer !== undefined) await overwriteMail(tx, { about: [customer] });
    else if (account !== undefined) await overwriteMail(tx, { account });
  }
}
