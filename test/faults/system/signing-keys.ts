/** The doors that Stripe signs for. */
export type Door = 'direct' | 'connect' | 'issuing';

/** Older ones have numbers, too. */
const FIRST = 10;

const secretOf = (door: Door, version: number): string => `whsec_${door}_${version}`;

/**
 * The signing secrets as they are rolled: first Stripe signs with the old and the new one, then every process that
 * receives gets both, and at last Stripe signs with the new one alone.
 */
export class SigningKeys {
  private version = FIRST;
  private rolling = false;

  /** What Stripe signs with now. */
  signingSecrets(door: Door): string[] {
    return this.rolling
      ? [secretOf(door, this.version), secretOf(door, this.version - 1)]
      : [secretOf(door, this.version)];
  }

  /** A secret that no process takes any more, or never took. */
  retiredSecret(door: Door): string {
    return secretOf(door, this.version - (this.rolling ? 3 : 2));
  }

  /** Variables of a process that starts now. */
  environment(): Record<string, string> {
    const list = (door: Door) => [secretOf(door, this.version), secretOf(door, this.version - 1)].join(',');
    return {
      STRIPE_DIRECT_WEBHOOK_SECRETS: list('direct'),
      STRIPE_CONNECT_WEBHOOK_SECRETS: list('connect'),
      STRIPE_ISSUING_WEBHOOK_SECRETS: list('issuing'),
    };
  }

  begin(): void {
    this.version += 1;
    this.rolling = true;
  }

  /** Call it when every process that receives was started since {@link begin}. */
  finish(): void {
    this.rolling = false;
  }
}
