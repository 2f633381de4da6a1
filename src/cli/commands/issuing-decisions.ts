import { type Command, Option } from 'commander';
import type { Decision } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { wholeNumber } from '../option-values.js';
import { printList } from '../output.js';
import { milliseconds, table, time } from '../table.js';

interface DecisionsOptions extends ServerOptions {
  outcome?: Decision['outcome'];
  card?: string;
  limit: number;
}

const help = {
  notes: 'A decision matches when Stripe reports that it applied it, and is pending until then.',
  examples: [
    'issuing decisions',
    'issuing decisions --outcome mismatch',
    'issuing decisions --card ic_1Q2w3E4r5T6y7U8i9O0pAsDf --limit 100',
    "issuing decisions --json | jq -r '.[] | select(.fallback).eventId'",
  ],
  done: 'the ledger was read, even if no decision matches',
};

/** Adds `turnpike issuing decisions`: the newest decisions in the ledger. */
export function addIssuingDecisionsCommand(issuing: Command): void {
  const outcomes = new Option('--outcome <outcome>', 'only decisions of which Stripe reported this');
  const command = issuing
    .command('decisions')
    .description('list decisions on authorizations, newest first')
    .addOption(outcomes.choices(['pending', 'match', 'mismatch']))
    .option('--card <ic>', 'only decisions on this card')
    .option('--limit <n>', 'at most this many', wholeNumber, 20);
  addServerOptions(command, help).action(async (options: DecisionsOptions) => {
    const { outcome, card, limit } = options;
    const found = await adminApi(options).list<Decision>('issuing/decisions', { outcome, card }, limit);
    printList(found, options, (decisions) => table([header, ...decisions.map(row)]), 'no decision matches');
  });
}

const header = ['EVENT', 'CARD', 'ASKED', 'DECISION', 'REASON', 'BY', 'HELD', 'STRIPE', 'DECIDED', 'TOOK'];

const row = (decision: Decision): string[] => [
  decision.eventId,
  decision.cardId ?? '–',
  decision.asked === null ? '–' : `${decision.asked} ${decision.currency ?? ''}`,
  decisionOf(decision),
  decision.reason,
  decision.policy ?? '–',
  String(decision.held),
  decision.appliedReason === null ? decision.outcome : `${decision.outcome}: ${decision.appliedReason}`,
  time(decision.decidedAt),
  milliseconds(decision.latencyMs),
];

function decisionOf({ approved, granted, asked, fallback }: Decision): string {
  const part = granted === (asked ?? granted) ? '' : ` ${granted}`;
  return `${approved ? `approved${part}` : 'declined'}${fallback ? ' (fallback)' : ''}`;
}
