import { Controller, Post } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { AppRoute, RequireStripeRoles, Signed } from '../app-route.decorator.js';
import { idempotencyKey } from '../idempotency-key.js';
import { SignedPayload } from '../signed-payload.decorator.js';
import type { SignedRequest } from '../signed-request.js';
import { TenantStripe } from '../tenant-stripe.js';

export class CreatePaymentIntent {
  /** In the currency's smallest unit. */
  @IsInt()
  @Min(1)
  @Max(99_999_999)
  amount: number;

  @Matches(/^[a-z]{3}$/, { message: 'currency must be a three-letter code in lower case, such as eur' })
  currency: string;

  @IsOptional()
  @IsString()
  @Length(1, 255)
  customer?: string;

  @IsOptional()
  @IsString()
  @Length(1, 1_000)
  description?: string;

  /** Repeats a creation with a new signature. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  idempotency_key?: string;
}

interface PaymentIntentView {
  id: string;
  status: string;
  amount: number;
  currency: string;
}

@Controller('app/payment-intents')
export class PaymentIntentsController {
  constructor(private readonly stripe: TenantStripe) {}

  @Post()
  @AppRoute({ signed: 'payload', once: true })
  @RequireStripeRoles('admin')
  async create(
    @Signed() request: SignedRequest,
    @SignedPayload() { idempotency_key: chosen, ...intent }: CreatePaymentIntent,
  ): Promise<PaymentIntentView> {
    const options = { idempotencyKey: idempotencyKey('payment-intents', request, chosen) };
    const { id, status, amount, currency } = await this.stripe
      .for(request)
      .paymentIntents.create(intent, options);
    return { id, status, amount, currency };
  }
}
