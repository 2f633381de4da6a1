import { keepArtefacts, reportOf } from './artefacts.js';
import { faultsOf } from './nemesis/faults.js';
import { faultsOfLauncher } from './nemesis/launcher-faults.js';
import type { Inflict } from './nemesis/nemesis.js';
import { planRound, type RoundPlan } from './plan/round-plan.js';
import { type PlayedRound, playRound } from './round.js';
import type { Installation } from './system/installation.js';
import { Launched } from './system/launched.js';
import { Stack } from './system/stack.js';

/** What became of a round. */
export type Outcome =
  | { kind: 'kept'; seed: number; played: PlayedRound }
  | { kind: 'broken'; seed: number; played: PlayedRound; report: string; folder: string }
  /** It could not be played to its end: then nobody knows. */
  | { kind: 'failed'; seed: number; report: string; folder: string };

interface Subject {
  installation: Installation;
  inflict: Inflict;
}

/** Systems that rounds share, each until a round does not go well. */
export class Lane {
  private readonly subjects = new Map<RoundPlan['system'], Subject>();

  async play(seed: number): Promise<Outcome> {
    const plan = planRound(seed);
    const { installation, inflict } = await this.subjectOf(plan);
    try {
      const played = await playRound(installation, inflict, plan);
      if (played.findings.violations.length === 0) return { kind: 'kept', seed, played };
      const report = reportOf(seed, played);
      const folder = keepArtefacts(installation, plan, played, report);
      await this.drop(plan);
      return { kind: 'broken', seed, played, report, folder };
    } catch (error) {
      const report = `Seed ${seed} could not be played: ${error instanceof Error ? error.stack : String(error)}`;
      const folder = keepArtefacts(installation, plan, {}, report);
      await this.drop(plan).catch(() => undefined);
      return { kind: 'failed', seed, report, folder };
    }
  }

  async stop(): Promise<void> {
    const all = [...this.subjects.values()];
    this.subjects.clear();
    await Promise.all(all.map(({ installation }) => installation.stop()));
  }

  private async subjectOf({ system }: RoundPlan): Promise<Subject> {
    const subject = this.subjects.get(system) ?? (await startSubject(system));
    this.subjects.set(system, subject);
    return subject;
  }

  private async drop({ system }: RoundPlan): Promise<void> {
    const subject = this.subjects.get(system);
    this.subjects.delete(system);
    await subject?.installation.stop();
  }
}

async function startSubject(system: RoundPlan['system']): Promise<Subject> {
  if (system === 'npm start') {
    const launched = await Launched.start();
    return { installation: launched, inflict: faultsOfLauncher(launched) };
  }
  const stack = await Stack.start();
  return { installation: stack, inflict: faultsOf(stack) };
}
