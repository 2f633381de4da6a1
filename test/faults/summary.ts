import type { PlayedRound } from './round.js';

/** What all rounds came to. */
export class Summary {
  rounds = 0;
  violated = 0;
  readonly seeds: number[] = [];
  private readonly counts = {
    events: 0,
    deliveries: 0,
    acknowledged: 0,
    forgeries: 0,
    replays: 0,
    authorizations: 0,
  };
  private readonly faults: Record<string, number> = {};
  private readonly skipped: Record<string, number> = {};
  private readonly checked: Record<string, number> = {};
  private runs = 0;
  private effects = 0;
  private readonly began = Date.now();

  add({ history, snapshot, findings }: PlayedRound): void {
    this.rounds += 1;
    this.seeds.push(history.seed);
    if (findings.violations.length > 0) this.violated += 1;
    const { counts } = this;
    counts.events += history.events.length;
    counts.deliveries += history.deliveries.length;
    counts.acknowledged += history.deliveries.filter(({ status }) => status === 200).length;
    counts.forgeries += history.deliveries.filter(({ forgery }) => forgery !== undefined).length;
    counts.replays += history.replays.length + history.bulkReplays.length;
    counts.authorizations += history.authorizations.length;
    this.runs += snapshot.runs.length;
    this.effects += snapshot.effects.length + history.calls.filter(({ executed }) => executed).length;
    for (const { kind, skipped } of history.faults) {
      if (skipped === 'not possible here') this.skipped[kind] = (this.skipped[kind] ?? 0) + 1;
      else this.faults[kind] = (this.faults[kind] ?? 0) + 1;
    }
    for (const [promise, count] of Object.entries(findings.checked)) {
      this.checked[promise] = (this.checked[promise] ?? 0) + count;
    }
  }

  /** For machines. */
  get figures(): object {
    const { rounds, violated, seeds, counts, runs, effects, faults, skipped, checked } = this;
    const seconds = Math.round((Date.now() - this.began) / 1_000);
    return { rounds, violated, seconds, seeds, ...counts, runs, effects, faults, skipped, checked };
  }

  /** For people. */
  get text(): string {
    const { rounds, violated, seeds, counts, runs, effects, faults, skipped } = this;
    const sum = Object.values(this.checked).reduce((total, count) => total + count, 0);
    const seconds = Math.round((Date.now() - this.began) / 1_000);
    const list = (items: Record<string, number>) =>
      Object.entries(items)
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([name, count]) => `${name} ${count}`)
        .join(', ');
    return [
      `${rounds} rounds in ${seconds} s, seeds ${Math.min(...seeds)} to ${Math.max(...seeds)}: ` +
        (violated === 0 ? 'every promise kept' : `PROMISES BROKEN IN ${violated}`),
      `  ${counts.events} events sent in ${counts.deliveries} deliveries (${counts.forgeries} forged), ` +
        `${counts.acknowledged} acknowledged; ${counts.replays} replays, ${counts.authorizations} authorizations`,
      `  faults: ${list(faults) || 'none'}`,
      ...(Object.keys(skipped).length > 0 ? [`  not possible here: ${list(skipped)}`] : []),
      `  ${runs} runs and ${effects} effects checked, ${sum} checks of ${Object.keys(this.checked).length} promises`,
    ].join('\n');
  }
}
