/** What the messages to account holders say in one language. Amounts and days come written out. */
export interface Phrases {
  /** @param name - of the business, if it is known */
  greeting(name: string | null): string;
  created: { subject(amount: string, day: string): string; body(amount: string, day: string): string[] };
  failed: { subject(amount: string): string; body(amount: string, day: string): string[] };
  labels: { payout: string; account: string; reason: string };
  /** @param platform - who sends it */
  footer(platform: string): string;
  /** Set before the subject when no real money moved. */
  test: string;
}
