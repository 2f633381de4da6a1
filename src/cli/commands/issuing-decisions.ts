import { type Command, Option } from 'commander';
import { type DecisionRow, listDecisions } from '../../issuing-authorizations/decision-queries.js';
import { withDatabase } from '../database-access.js';
import { wholeNumber } from '../option-values.js';
import { note, print, printJson } from '../output.js';
import { milliseconds, table, time } from '../table.js';

interface DecisionsOptions {
  outcome?: DecisionRow['outcome'];
  card?: string;
  limit: number;
  json?: boolean;
}

const help = `
Examples:
  $ npx turnpike issuing decisions
  $ npx turnpike issuing decisions --outcome mismatch
  $ npx turnpike issuing decisions --card ic_1Q2w3E4r5T6y7U8i9O0pAsDf --limit 100
  $ npx turnpike issuing decisions --json | jq -r '.[] | select(.fallback).eventId'

A decision matches when Stripe reports that it applied it, and is pending until then.

Exit codes:
  0  the ledger was read, even if no decision matches
  1  the database could not be read
  2  wrong options, or no database is known`;

/** Adds `turnpike issuing decisions`: the newest decisions in the ledger. */
export function addIssuingDecisionsCommand(issuing: Command): void {
  const outcomes = new Option('--outcome <outcome>', 'only decisions of which Stripe reported this');
  issuing
    .command('decisions')
    .description('list decisions on authorizations, newest first')
    .addOption(outcomes.choices(['pending', 'match', 'mismatch']))
    .option('--card <ic>', 'only decisions on this card')
    .option('--limit <n>', 'at most this many', wholeNumber, 20)
    .option('--json', 'print a JSON array, with all that is in the ledger')
    .addHelpText('after', help)
    .action(async ({ json, ...filter }: DecisionsOptions) => {
      const found = await withDatabase((db) =>
        listDecisions((text, values) => db.query(text, values), filter),
      );
      if (json) printJson(found);
      else if (found.length > 0) print(table([header, ...found.map(row)]));
      else note('no decision matches');
    });
}

const header = ['EVENT', 'CARD', 'ASKED', 'DECISION', 'REASON', 'BY', 'HELD', 'STRIPE', 'DECIDED', 'TOOK'];

const row = (decision: DecisionRow): string[] => [
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

function decisionOf({ approved, granted, asked, fallback }: DecisionRow): string {
  const part = granted === (asked ?? granted) ? '' : ` ${granted}`;
  return `${approved ? `approved${part}` : 'declined'}${fallback ? ' (fallback)' : ''}`;
}
