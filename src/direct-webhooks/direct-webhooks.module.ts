import { Module } from '@nestjs/common';
import { SignatureModule } from '../signature/signature.module.js';
import { DirectWebhooksController } from './direct-webhooks.controller.js';

@Module({ imports: [SignatureModule], controllers: [DirectWebhooksController] })
export class DirectWebhooksModule {}
