import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { MailAdmin } from './mail.admin.js';
import { MailController } from './mail.controller.js';

/** Outgoing mail: what waits, what went out, what was given up. */
@Module({ imports: [AdminAccessModule], controllers: [MailController], providers: [MailAdmin] })
export class MailAdminModule {}
