import { type Command, Option } from 'commander';
import type { Alert, AlertTest } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { wholeNumber } from '../option-values.js';
import { print, printJson, printList } from '../output.js';
import { table, time } from '../table.js';

interface ListOptions extends ServerOptions {
  state?: string;
  limit: number;
}

interface ReasonOptions extends ServerOptions {
  reason?: string;
}

/** Adds `turnpike alerts list`, `acknowledge` and `test`. */
export function addAlertsCommands(alerts: Command): void {
  addList(alerts);
  addAcknowledge(alerts);
  addTest(alerts);
}

function addList(alerts: Command): void {
  const command = alerts
    .command('list')
    .description('list what is wrong')
    .addOption(
      new Option('--state <state>', 'only alerts in this state (default: open)').choices([
        'open',
        'acknowledged',
        'resolved',
        'all',
      ]),
    )
    .option('--limit <n>', 'at most this many', wholeNumber, 20);
  const help = {
    notes: 'An alert is resolved by itself when its condition ends, and opens again when it comes back.',
    examples: ['alerts list', 'alerts list --state all --json'],
    done: 'the list was printed, even if nothing is wrong',
  };
  addServerOptions(command, help).action(async (options: ListOptions) => {
    const { state, limit } = options;
    printList(await adminApi(options).list<Alert>('alerts', { state }, limit), options, text, 'no alerts');
  });
}

function addAcknowledge(alerts: Command): void {
  const command = alerts
    .command('acknowledge')
    .description('say that somebody is on it: nothing more is told of it until it gets worse or comes back')
    .argument('<id>', 'of the alert: see turnpike alerts list')
    .option('--reason <text>', 'what the next one should know');
  const help = {
    examples: ['alerts acknowledge 7 --reason "ticket 4711"'],
    done: 'it is acknowledged',
    failed: 'there is no such alert, it is over, or the server did not answer',
  };
  addServerOptions(command, help).action(async (id: string, options: ReasonOptions) => {
    const path = `alerts/${encodeURIComponent(id)}/acknowledge`;
    const answer = await adminApi(options).post<Alert>(path, { reason: options.reason });
    if (options.json) printJson(answer);
    else print(`${answer.id}: ${answer.state}`);
  });
}

function addTest(alerts: Command): void {
  const command = alerts
    .command('test')
    .description('send a test message to ALERT_EMAIL and ALERT_WEBHOOK_URL')
    .option('--reason <text>', 'why, for the audit log');
  const help = {
    examples: ['alerts test'],
    done: 'the message is on its way',
    failed: 'neither is set, or the server did not answer',
  };
  addServerOptions(command, help).action(async (options: ReasonOptions) => {
    const answer = await adminApi(options).post<AlertTest>('alerts/test', { reason: options.reason });
    const ways = [answer.email && 'by e-mail', answer.webhook && 'by webhook'].filter(Boolean);
    if (options.json) printJson(answer);
    else print(`${answer.messageId} is on its way ${ways.join(' and ')}`);
  });
}

const text = (alerts: readonly Alert[]): string =>
  table([
    ['ID', 'KIND', 'STATE', 'LAST SEEN', 'OPENED', 'WHAT'],
    ...alerts.map((alert) => [
      alert.id,
      alert.kind,
      alert.note === null ? alert.state : `${alert.state}: ${alert.note}`,
      time(alert.lastSeenAt),
      alert.openings === 1 ? 'once' : `${alert.openings} times`,
      alert.text,
    ]),
  ]);
