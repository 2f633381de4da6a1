import { sampleAddress, sampleBuyer } from '../../src/event-factories/sample-buyer.js';

/** Variables whose value nobody may read anywhere. */
const SECRET = /SECRET|KEY|PASSWORD/;
const URL_WITH_PASSWORD = /_URL$/;
/** Shorter ones occur by chance. */
const SHORTEST = 8;

/** The person in the sample objects: no text that leaves the application says anything of them. */
const person = [...Object.values(sampleBuyer), sampleAddress().line1 ?? ''];

/** Texts that must not be in anything that an application writes: its secrets, and the person in the sample objects. */
export const canaries = (env: Record<string, string>): string[] => {
  const secrets = Object.entries(env).flatMap(([name, value]) => {
    if (SECRET.test(name)) return value.split(',');
    return URL_WITH_PASSWORD.test(name) && URL.canParse(value)
      ? [decodeURIComponent(new URL(value).password)]
      : [];
  });
  return [...secrets, ...person].filter((text) => text.length >= SHORTEST);
};

/** Lines of an application in which a canary was found. */
export class LeakWatch {
  private readonly leaks: string[] = [];
  private readonly words: readonly string[];

  constructor(env: Record<string, string>) {
    this.words = canaries(env);
  }

  look(text: string): void {
    if (!this.words.some((word) => text.includes(word))) return;
    this.leaks.push(...text.split('\n').filter((line) => this.words.some((word) => line.includes(word))));
  }

  /** @throws Error with what was found */
  check(): void {
    const [first] = this.leaks;
    if (first === undefined) return;
    throw new Error(
      `${this.leaks.length} line(s) say a secret, or something of a person: ${first.slice(0, 300)}`,
    );
  }
}
