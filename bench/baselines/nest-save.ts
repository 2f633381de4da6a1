import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { BullModule, InjectQueue } from '@nestjs/bull';
import {
  BadRequestException,
  Controller,
  Headers,
  HttpCode,
  Module,
  Post,
  type RawBodyRequest,
  Req,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import type { Queue } from 'bull';
import type { Request } from 'express';
import Stripe from 'stripe';
import { Column, Entity, PrimaryColumn, type Repository } from 'typeorm';
import { ready, settings } from './serve.js';

/** N: plain Nest. It verifies, saves the event with TypeORM, adds a job and answers. */
const { secret, databaseUrl, redisUrl } = settings();

@Entity('plain_event')
class PlainEvent {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  type: string;

  @Column('jsonb')
  payload: Stripe.Event;

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt: Date;
}

@Controller('webhook')
class WebhookController {
  private readonly stripe = new Stripe('sk_test_baseline');

  constructor(
    @InjectRepository(PlainEvent) private readonly events: Repository<PlainEvent>,
    @InjectQueue('events') private readonly queue: Queue,
  ) {}

  @Post()
  @HttpCode(200)
  async receive(@Req() request: RawBodyRequest<Request>, @Headers('stripe-signature') signature: string) {
    const event = this.verified(request.rawBody ?? Buffer.alloc(0), signature);
    await this.events.save({ id: event.id, type: event.type, payload: event });
    await this.queue.add({ eventId: event.id }, { attempts: 5, removeOnComplete: true });
    return { received: true };
  }

  private verified(body: Buffer, signature: string): Stripe.Event {
    try {
      return this.stripe.webhooks.constructEvent(body, signature, secret);
    } catch (error) {
      throw new BadRequestException((error as Error).message);
    }
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: databaseUrl, entities: [PlainEvent], synchronize: true }),
    TypeOrmModule.forFeature([PlainEvent]),
    BullModule.forRoot({ url: redisUrl, prefix: '{baseline-n}' }),
    BullModule.registerQueue({ name: 'events' }),
  ],
  controllers: [WebhookController],
})
class PlainModule {}

const app = await NestFactory.create<NestExpressApplication>(PlainModule, { rawBody: true, logger: false });
await app.listen(0, '127.0.0.1');
ready((app.getHttpServer().address() as AddressInfo).port);
