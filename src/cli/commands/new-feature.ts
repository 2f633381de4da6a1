import { type Command, Option } from 'commander';
import { factoryTypes } from '../../event-factories/create-event.js';
import { thinFactoryTypes } from '../../event-factories/create-thin-event.js';
import { repeated } from '../option-values.js';
import { note, print, printJson } from '../output.js';
import { writeAllOrNothing } from '../scaffold/all-or-nothing.js';
import { checkoutRoot, formatterOf } from '../scaffold/checkout.js';
import { featureFiles, type FeatureFile } from '../scaffold/feature-files.js';

interface NewFeatureOptions {
  on: string[];
  source?: 'direct' | 'connect';
  dryRun?: boolean;
  json?: boolean;
}

const help = `
Writes a module with a handler, a table with its migration, and a spec, and registers them. The handler keeps what the
newest event says of each object, however often and in whatever order its events come. Change it to what you need.

Examples:
  $ npx turnpike new feature refunds --on charge.refunded
  $ npx turnpike new feature tax-ids --on customer.tax_id.created --on customer.tax_id.deleted
  $ npx turnpike new feature seller-payouts --on payout.paid --on payout.failed --source connect
  $ npx turnpike new feature refunds --on charge.refunded --dry-run

Exit codes:
  0  all of it is written
  1  nothing is: the name is taken, or a file could not be written
  2  nothing is: wrong options, or not in a checkout of Turnpike`;

/** Adds `turnpike new feature`: writes a module to start from. */
export function addNewFeatureCommand(group: Command): void {
  group
    .command('feature')
    .description('write a module with a handler, a table and a spec')
    .argument('<name>', 'small letters and hyphens, e.g. refunds: folder, handler id and table are called so')
    .requiredOption(
      '--on <type>',
      'event type that it handles, e.g. charge.refunded; may be repeated',
      repeated,
    )
    .addOption(
      new Option(
        '--source <name>',
        'only events of the platform itself, or of connected accounts (default: both)',
      ).choices(['direct', 'connect']),
    )
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--json', 'print the files as JSON, with their content')
    .addHelpText('after', help)
    .action(async (name: string, { on, source, dryRun = false, json }: NewFeatureOptions) => {
      const root = checkoutRoot(process.cwd());
      const files = await featureFiles(root, { name, on, ...(source && { source }) }, formatterOf(root));
      if (!dryRun) writeAllOrNothing(root, files);
      if (json) printJson({ name, written: !dryRun, files });
      else if (dryRun) print(files.map(contentText).join('\n'));
      else print(files.map(lineText).join('\n'));
      if (!json) note(dryRun ? 'nothing was written' : nextSteps(name, on));
    });
}

const lineText = ({ action, path }: FeatureFile): string => `${action}d  ${path}`;

const contentText = ({ action, path, content }: FeatureFile): string => `--- ${action} ${path}\n${content}`;

const sendable: readonly string[] = [...factoryTypes, ...thinFactoryTypes];

function nextSteps(name: string, on: readonly string[]): string {
  const type = on.find((one) => sendable.includes(one));
  return `
Next:
  npm test -- test/features/${name}.spec.ts
  npm start${type === undefined ? '' : `\n  npx turnpike send ${type}`}`;
}
