import { Module } from '@nestjs/common';
import { SignatureModule } from '../signature/signature.module.js';
import { CombinedWebhooksController } from './combined-webhooks.controller.js';

@Module({ imports: [SignatureModule], controllers: [CombinedWebhooksController] })
export class CombinedWebhooksModule {}
