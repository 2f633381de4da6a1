import { Module } from '@nestjs/common';
import { AlertsModule } from './alerts/alerts.module.js';
import { ContractModule } from './contract/contract.module.js';
import { ErasuresModule } from './erasures/erasures.module.js';
import { EventsModule } from './events/events.module.js';
import { FailuresModule } from './failures/failures.module.js';
import { HandlersModule } from './handlers/handlers.module.js';
import { KeysModule } from './keys/keys.module.js';
import { ReplaysModule } from './replays/replays.module.js';
import { MailAdminModule } from './mail/mail-admin.module.js';
import { QueueBoardModule } from './queue-board/queue-board.module.js';

/** The REST API for operators and their scripts. Each part is a module of its own. */
@Module({
  imports: [
    AlertsModule,
    ContractModule,
    ErasuresModule,
    EventsModule,
    FailuresModule,
    HandlersModule,
    KeysModule,
    ReplaysModule,
    MailAdminModule,
    QueueBoardModule,
  ],
})
export class AdminModule {}
