import { Controller, Post } from '@nestjs/common';
import { IsEmail, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { AppRoute, Signed } from '../app-route.decorator.js';
import { idempotencyKey } from '../idempotency-key.js';
import { SignedPayload } from '../signed-payload.decorator.js';
import type { SignedRequest } from '../signed-request.js';
import { TenantStripe } from '../tenant-stripe.js';

export class CreateCustomer {
  @IsEmail()
  email: string;

  @IsOptional()
  @IsString()
  @Length(1, 256)
  name?: string;

  /** Repeats a creation with a new signature. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  idempotency_key?: string;
}

export class ListCustomers {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  @IsOptional()
  @IsString()
  @Length(1, 255)
  starting_after?: string;
}

interface CustomerView {
  id: string;
  email: string | null;
  name: string | null;
}

@Controller('app/customers')
export class CustomersController {
  constructor(private readonly stripe: TenantStripe) {}

  @Post()
  @AppRoute({ signed: 'payload', once: true })
  async create(
    @Signed() request: SignedRequest,
    @SignedPayload() { idempotency_key: chosen, ...customer }: CreateCustomer,
  ): Promise<CustomerView> {
    const options = { idempotencyKey: idempotencyKey('customers', request, chosen) };
    return view(await this.stripe.for(request).customers.create(customer, options));
  }

  /** A read, but a POST: the signature needs a body. */
  @Post('list')
  @AppRoute({ signed: 'payload' })
  async list(
    @Signed() request: SignedRequest,
    @SignedPayload() { limit, starting_after }: ListCustomers,
  ): Promise<{ data: CustomerView[]; has_more: boolean }> {
    const { data, has_more } = await this.stripe.for(request).customers.list({ limit, starting_after });
    return { data: data.map(view), has_more };
  }
}

const view = ({
  id,
  email,
  name,
}: {
  id: string;
  email: string | null;
  name?: string | null;
}): CustomerView => ({
  id,
  email,
  name: name ?? null,
});
