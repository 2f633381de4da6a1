import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { type Config, ConfigurationError, problem } from '../config/env.js';
import * as features from './features.js';

const byName = new Map<string, Type>(Object.entries(features));

/** The features that are switched on: the list is in features.ts. */
@Module({})
export class FeaturesModule {
  /** @throws ConfigurationError when `FEATURES` names one that is not in the list */
  static register({ FEATURES: names = [...byName.keys()] }: Pick<Config, 'FEATURES'>): DynamicModule {
    const unknown = names.filter((name) => !byName.has(name));
    if (unknown.length > 0) throw new ConfigurationError([unknownFeatures(unknown)]);
    const on = [...byName].filter(([name]) => names.includes(name));
    return { module: FeaturesModule, imports: on.map(([, feature]) => feature) };
  }
}

const unknownFeatures = (names: string[]) =>
  problem(
    'FEATURES',
    `names what is not there: ${names.join(', ')}; there are ${[...byName.keys()].join(', ')}`,
  );
