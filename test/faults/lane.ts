import { keepArtefacts, reportOf } from './artefacts.js';
import { planRound } from './plan/round-plan.js';
import { type PlayedRound, playRound } from './round.js';
import { Stack } from './system/stack.js';

/** What became of a round. */
export type Outcome =
  | { kind: 'kept'; seed: number; played: PlayedRound }
  | { kind: 'broken'; seed: number; played: PlayedRound; report: string; folder: string }
  /** It could not be played to its end: then nobody knows. */
  | { kind: 'failed'; seed: number; report: string; folder: string };

/** A stack that rounds share, until one of them does not go well. */
export class Lane {
  private stack: Stack | undefined;

  async play(seed: number): Promise<Outcome> {
    const stack = (this.stack ??= await Stack.start());
    const plan = planRound(seed);
    try {
      const played = await playRound(stack, plan);
      if (played.findings.violations.length === 0) return { kind: 'kept', seed, played };
      const report = reportOf(seed, played);
      const folder = keepArtefacts(stack, plan, played, report);
      await this.stop();
      return { kind: 'broken', seed, played, report, folder };
    } catch (error) {
      const report = `Seed ${seed} could not be played: ${error instanceof Error ? error.stack : String(error)}`;
      const folder = keepArtefacts(stack, plan, {}, report);
      await this.stop();
      return { kind: 'failed', seed, report, folder };
    }
  }

  async stop(): Promise<void> {
    const { stack } = this;
    this.stack = undefined;
    await stack?.stop();
  }
}
