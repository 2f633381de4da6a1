import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, configVariables, loadConfig } from './env.js';

const valid = {
  DATABASE_URL: 'postgresql://turnpike:db-password@127.0.0.1:5432/turnpike',
  REDIS_URL: 'redis://:redis-password@127.0.0.1:6379/0',
  STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_direct',
  STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_connect',
};

/** What other variables ask for. */
const companions = {
  PROCESS_MODE: 'live',
  MAIL_FROM: 'payouts@platform.example.com',
  ALERT_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The variables that a list of problems names, in alphabetical order. */
const named = (problems: readonly string[]) =>
  problems.map((problem) => problem.split(' ')[0] ?? '').toSorted();

/** Values that these variables refuse; the others, save those for any text, refuse this one. */
const NONSENSE = '?';
const anyText = ['HOST', 'DATA_DIR'];
const bad: Record<string, string> = {
  NODE_ENV: 'prod',
  ROLE: 'Worker',
  PORT: '65536',
  DATABASE_URL: 'mysql://host/db',
  REDIS_URL: 'localhost:6379',
  STRIPE_SECRET_KEY: 'pk_test_x',
  STRIPE_API_BASE: 'api.stripe.com',
  STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_a,,whsec_b',
  STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_a, ',
  STRIPE_ISSUING_WEBHOOK_SECRETS: ',',
  STRIPE_APP_SECRETS: ',absec_a',
  PROCESS_MODE: 'Live',
  SIGNATURE_TOLERANCE_SECONDS: '0',
  BODY_LIMIT_BYTES: '1MiB',
  INGEST_TIMEOUT_MS: '5s',
  ISSUING_DEADLINE_MS: '2000',
  ISSUING_FALLBACK: 'maybe',
  ISSUING_DEFAULT: 'yes',
  WORKER_CONCURRENCY: '1.5',
  SWEEP_GRACE_MS: '-1',
  SHUTDOWN_TIMEOUT_MS: 'NaN',
  QUEUE_PREFIX: 'turnpike',
  FEATURES: 'orders,,connected-accounts',
  ADMIN_BOOTSTRAP_KEY: 'short',
  LOG_LEVEL: 'verbose',
};

describe('the configuration', () => {
  it('is read from four variables, the rest has defaults', () => {
    expect(loadConfig(valid)).toMatchObject({
      NODE_ENV: 'development',
      ROLE: 'all',
      PORT: 4242,
      HOST: '127.0.0.1',
      DATA_DIR: '.data',
      DATABASE_URL: valid.DATABASE_URL,
      REDIS_URL: valid.REDIS_URL,
      STRIPE_DIRECT_WEBHOOK_SECRETS: ['whsec_direct'],
      STRIPE_CONNECT_WEBHOOK_SECRETS: ['whsec_connect'],
      PROCESS_MODE: 'both',
      SIGNATURE_TOLERANCE_SECONDS: 300,
      BODY_LIMIT_BYTES: 1_048_576,
      LOG_LEVEL: 'info',
    });
  });

  it('keeps several secrets in their order, without the white space around them', () => {
    const env = { ...valid, STRIPE_DIRECT_WEBHOOK_SECRETS: ' whsec_new ,\twhsec_old\n' };
    expect(loadConfig(env).STRIPE_DIRECT_WEBHOOK_SECRETS).toEqual(['whsec_new', 'whsec_old']);
  });

  it.each(configVariables.map(({ name, example }) => [name, example]))(
    'accepts its own example of %s: %s',
    (name, example) => {
      expect(problemsOf({ ...valid, ...companions, [name]: example })).toEqual([]);
    },
  );

  it('describes every variable', () => {
    expect(configVariables.filter(({ description, example }) => !description || !example)).toEqual([]);
  });

  it('reports all that is missing at once, each with an example', () => {
    const problems = problemsOf({ NODE_ENV: 'production' });
    expect(named(problems)).toEqual(['PROCESS_MODE', ...Object.keys(valid)].toSorted());
    for (const problem of problems) expect(problem).toMatch(/^(\w+) is not set\. Example: \1=.+$/);
  });

  it('reports all that is wrong at once, each with its rule and an example', () => {
    const problems = problemsOf(bad);
    expect(named(problems)).toEqual(Object.keys(bad).toSorted());
    for (const problem of problems)
      expect(problem).toMatch(/^(\w+) (must be|has|is|does) .+\. Example: \1=.+$/);
  });

  it.each(configVariables.map(({ name }) => name).filter((name) => !anyText.includes(name)))(
    'refuses a bad %s and names only that',
    (name) => {
      expect(named(problemsOf({ ...valid, ...companions, [name]: bad[name] ?? NONSENSE }))).toEqual([name]);
    },
  );

  it('reports what is missing together with what is wrong, in one message', () => {
    const env = { ...valid, STRIPE_DIRECT_WEBHOOK_SECRETS: '', NODE_ENV: 'production', PORT: 'http' };
    const wanted = ['PORT', 'PROCESS_MODE', 'STRIPE_DIRECT_WEBHOOK_SECRETS'];
    expect(named(problemsOf(env))).toEqual(wanted);
    expect(() => loadConfig(env)).toThrow(new RegExp(`3 problem.*${wanted[0]}`, 's'));
  });

  it('takes an empty or blank value for one that is not set', () => {
    const blank = Object.fromEntries(configVariables.map(({ name }) => [name, ' \t']));
    expect(loadConfig({ ...blank, ...valid })).toEqual(loadConfig(valid));
    expect(named(problemsOf(blank))).toEqual(Object.keys(valid).toSorted());
  });

  it('never repeats a value, which may be a secret', () => {
    const secret = 'sEcReT';
    for (const { name } of configVariables) {
      for (const value of [
        secret,
        `${secret},,`,
        `https://user:${secret}@host`,
        `${bad[name] ?? NONSENSE}${secret}`,
      ])
        expect(problemsOf({ ...valid, [name]: value }).join('\n')).not.toContain(secret);
    }
    expect(problemsOf({ ...valid, PORT: 'x' }).join()).not.toMatch(/password|whsec_(direct|connect)/);
  });
});

describe('a production installation', () => {
  const production = { ...valid, NODE_ENV: 'production' };

  it('must say which mode it processes', () => {
    expect(named(problemsOf(production))).toEqual(['PROCESS_MODE']);
    for (const mode of ['live', 'test', 'both'])
      expect(loadConfig({ ...production, PROCESS_MODE: mode }).PROCESS_MODE).toBe(mode);
  });

  it('listens on all addresses unless told otherwise', () => {
    const env = { ...production, PROCESS_MODE: 'live' };
    expect(loadConfig(env).HOST).toBe('0.0.0.0');
    expect(loadConfig({ ...env, HOST: '::1' }).HOST).toBe('::1');
  });
});

describe('the webhook secrets', () => {
  const { DATABASE_URL, REDIS_URL } = valid;

  it('are not needed by a worker', () => {
    const config = loadConfig({ DATABASE_URL, REDIS_URL, ROLE: 'worker' });
    expect(config.STRIPE_DIRECT_WEBHOOK_SECRETS).toEqual([]);
    expect(config.STRIPE_CONNECT_WEBHOOK_SECRETS).toEqual([]);
  });

  it.each(['api', 'all', undefined])('are needed by the role %s', (role) => {
    expect(named(problemsOf({ DATABASE_URL, REDIS_URL, ROLE: role }))).toEqual([
      'STRIPE_CONNECT_WEBHOOK_SECRETS',
      'STRIPE_DIRECT_WEBHOOK_SECRETS',
    ]);
  });
});
