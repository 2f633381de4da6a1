import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Blueprint, blueprintOf, type FeatureRequest } from './blueprint.js';
import { FEATURES, type Format, MIGRATIONS } from './checkout.js';
import { lastTimestamp, refuseTaken, withFeature, withMigration } from './registration.js';
import { entityTemplate } from './templates/entity-template.js';
import { handlersTemplate } from './templates/handlers-template.js';
import { migrationTemplate } from './templates/migration-template.js';
import { moduleTemplate } from './templates/module-template.js';
import { specTemplate } from './templates/spec-template.js';

/** One file as it is to be. */
export interface FeatureFile {
  /** From the root of the checkout. */
  readonly path: string;
  readonly action: 'create' | 'change';
  readonly content: string;
}

/**
 * Everything that makes the feature, formatted. Nothing is written.
 *
 * @param root - of the checkout
 * @throws CliError when the request is no good, or a file of that name is there
 */
export async function featureFiles(
  root: string,
  request: FeatureRequest,
  format: Format,
): Promise<FeatureFile[]> {
  const features = readFileSync(path.join(root, FEATURES), 'utf8');
  const migrations = readFileSync(path.join(root, MIGRATIONS), 'utf8');
  const timestamp = Math.max(Date.now(), lastTimestamp(migrations) + 1);
  const blueprint = blueprintOf(request, timestamp);
  const { name } = blueprint;
  const created = newFiles(blueprint);
  const taken = [`src/features/${name}`, ...created.map(([file]) => file)].filter((file) =>
    existsSync(path.join(root, file)),
  );
  refuseTaken(name, features, taken, readdirSync(path.join(root, 'migrations')));
  const changed = [
    [MIGRATIONS, withMigration(migrations, name, timestamp)],
    [FEATURES, withFeature(features, name)],
  ] as const;
  return Promise.all([
    ...created.map(async ([file, text]) => ({
      path: file,
      action: 'create' as const,
      content: await format(file, text),
    })),
    ...changed.map(async ([file, text]) => ({
      path: file,
      action: 'change' as const,
      content: await format(file, text),
    })),
  ]);
}

function newFiles(blueprint: Blueprint): (readonly [path: string, text: string])[] {
  const { name, timestamp } = blueprint;
  const folder = `src/features/${name}`;
  return [
    [`${folder}/${name}.module.ts`, moduleTemplate(blueprint)],
    [`${folder}/${name}.handlers.ts`, handlersTemplate(blueprint)],
    [`${folder}/${name}-record.entity.ts`, entityTemplate(blueprint)],
    [`migrations/${timestamp}-${name}.ts`, migrationTemplate(blueprint)],
    [`test/features/${name}.spec.ts`, specTemplate(blueprint)],
  ];
}
