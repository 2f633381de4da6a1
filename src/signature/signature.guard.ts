import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { Problem } from '../http/problem.js';
import { readRawBody } from '../http/raw-body.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { type EventEnvelope, parseEnvelope } from './event-envelope.js';
import { SecretUses } from './secret-uses.js';
import { SIGNED_BY, type SignedByMetadata } from './signed-by.metadata.js';
import { refuseMediaType, signatureHeader } from './signed-http-request.js';
import { type Endpoint, type SigningSecret, SigningSecrets } from './signing-secrets.js';
import { type SignatureRefusal, verifySignature } from './signature-verifier.js';

/** An event whose signature was good. */
export interface VerifiedEvent extends EventEnvelope {
  /** Fingerprint of the secret that signed it. */
  signedWith: string;
}

/** A body whose signature was good, whatever is in it. */
export interface VerifiedBody {
  body: Buffer;
  signedWith: string;
  /** When the request reached this process, on the clock of `performance.now()`. */
  arrivedAt: number;
}

export type VerifiedRequest = Request & { verifiedEvent?: VerifiedEvent; verifiedBody?: VerifiedBody };

const WARN_AGAIN_MS = 60_000;

const DETAILS: Record<SignatureRefusal, string> = {
  signature_missing: 'There is no Stripe-Signature header: only Stripe may call this route.',
  signature_malformed: 'The Stripe-Signature header has no usable timestamp (t=…).',
  signature_scheme_unsupported: 'The Stripe-Signature header has no v1 signature.',
  signature_mismatch:
    "No v1 signature fits the body and this endpoint's secrets: check the secret and that nothing changed the body.",
  signature_expired:
    'The signature is older than SIGNATURE_TOLERANCE_SECONDS: check the clocks, or send the event again.',
};

/** Lets a request pass only if Stripe signed its exact bytes; reads the event after that, never before. */
@Injectable()
export class SignatureGuard implements CanActivate {
  private readonly warnedAt = new Map<string, number>();

  constructor(
    private readonly reflector: Reflector,
    private readonly secrets: SigningSecrets,
    private readonly uses: SecretUses,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const arrivedAt = performance.now();
    const { endpoints, read } = this.reflector.get<SignedByMetadata>(SIGNED_BY, context.getHandler());
    const request = context.switchToHttp().getRequest<VerifiedRequest>();
    this.countAnswer(endpoints, context.switchToHttp().getResponse<Response>());
    refuseMediaType(request);
    const header = signatureHeader(request);
    const body = await readRawBody(request, this.config.BODY_LIMIT_BYTES);
    const secret = this.verify(header, body, endpoints);
    const signedWith = secret.fingerprint;
    this.observeSecret(secret);
    if (read === 'bytes') {
      request.verifiedBody = { body, signedWith, arrivedAt };
      this.uses.count(secret);
    } else {
      const event = parseEnvelope(body);
      this.uses.count(secret, event.source);
      this.observeSource(event, secret);
      request.verifiedEvent = { ...event, signedWith };
    }
    return true;
  }

  private verify(header: string | undefined, body: Buffer, endpoints: readonly Endpoint[]): SigningSecret {
    const secrets = this.secrets.of(endpoints);
    const verdict = verifySignature({
      header,
      body,
      secrets: secrets.map(({ value }) => value),
      toleranceSeconds: this.config.SIGNATURE_TOLERANCE_SECONDS,
      now: Date.now() / 1000,
    });
    if (!verdict.ok) throw new Problem(400, verdict.reason, DETAILS[verdict.reason]);
    return secrets[verdict.secretIndex] as SigningSecret;
  }

  /** During a roll somebody must see when the old secret is used no more. */
  private observeSecret({ endpoints, fingerprint: secret, newest }: SigningSecret): void {
    if (newest) return;
    const endpoint = endpoints.join('+');
    this.metrics.retiredSecretUses.inc({ endpoint, secret });
    this.warn(secret, { endpoint, secret }, 'event was signed only with a retired secret');
  }

  /** An event at the endpoint of another source is genuine all the same. */
  private observeSource({ id: eventId, source, account }: EventEnvelope, { endpoints }: SigningSecret): void {
    if (endpoints.includes(source)) return;
    const endpoint = endpoints.join('+');
    this.metrics.misroutedEvents.inc({ endpoint, source });
    const fields = { eventId, account, endpoint, source };
    this.warn(`${endpoint} ${source}`, fields, 'event arrived at the endpoint of another source');
  }

  /** The metric counts every one; the log names one a minute, or a busy endpoint would fill it. */
  private warn(topic: string, fields: object, message: string): void {
    const now = Date.now();
    if (now - (this.warnedAt.get(topic) ?? 0) < WARN_AGAIN_MS) return;
    this.warnedAt.set(topic, now);
    this.logger.warn(fields, message);
  }

  private countAnswer(endpoints: readonly Endpoint[], response: Response): void {
    response.once('finish', () => {
      const reason = (response.locals.problemCode as string | undefined) ?? 'ok';
      this.metrics.deliveries.inc({ endpoint: endpoints.join('+'), status: response.statusCode, reason });
    });
  }
}
