import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../config/env.js';
import * as features from './features.js';
import { FeaturesModule } from './features.module.js';

const all: unknown[] = Object.values(features);
const [name = '', first] = Object.entries(features)[0] ?? [];

describe('the features', () => {
  it('are all on unless the configuration names some', () => {
    expect(FeaturesModule.register({ FEATURES: undefined }).imports).toEqual(all);
    expect(FeaturesModule.register({ FEATURES: [name] }).imports).toEqual([first]);
  });

  it('do not start with one that is not there; the error names it and those that are', () => {
    const register = () => FeaturesModule.register({ FEATURES: [name, 'ordres'] });
    expect(register).toThrow(ConfigurationError);
    expect(register).toThrow(/FEATURES names what is not there: ordres; there are /);
    for (const known of Object.keys(features)) expect(register).toThrow(known);
  });
});
