import { Module } from '@nestjs/common';
import { SignatureModule } from '../signature/signature.module.js';
import { ConnectWebhooksController } from './connect-webhooks.controller.js';

@Module({ imports: [SignatureModule], controllers: [ConnectWebhooksController] })
export class ConnectWebhooksModule {}
