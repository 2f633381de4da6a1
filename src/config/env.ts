import { z } from 'zod';

/** Everything Turnpike can be told from outside. This file is the only reader of `process.env`. */

const secretList = (example: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => secret.length > 0), 'has an empty entry')
    .meta({ example });

const nameList = (example: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => /^[a-z][a-z\d-]*$/.test(name)), 'is not a list of names')
    .meta({ example });

/** What names a person in Stripe's objects, and where to find them. */
const PERSONAL_FIELDS = [
  'email,*_email,email_address,*_email_address,recipient,phone,*_phone,phone_number,address,*_address,ip,*_ip',
  'billing_details,shipping,shipping_details,shipping_address,customer_details,customer_name,collected_information',
  'individual,owner,cardholder.name,first_name,last_name,maiden_name,dob,id_number,object.name,last4',
].join(',');

/** Names, or the ends of paths, of members of a JSON document: `email`, `card.last4`, `*_email`. */
const fieldList = z.string().transform((text, context) => {
  const fields = text.split(',').map((field) => field.trim());
  if (fields.every((field) => /^[\w*]+(?:\.[\w*]+)*$/.test(field))) return fields;
  context.addIssue({ code: 'custom', message: 'is not a list of fields' });
  return z.NEVER;
});

/** `a@b.example`, without what would make a second address or header of it. */
const ADDRESS = String.raw`[^\s<>"(),:;@\[\]]+@[^\s<>"(),:;@\[\]]+`;

/** `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks has it. */
const WEBHOOK_SECRET =
  /^whsec_(?=[A-Za-z\d+/=]{32,88}$)(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

const mailAddress = (pattern: string, what: string) =>
  z
    .string()
    .max(320)
    .regex(new RegExp(`^${pattern}$`), what);

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const url = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `is not a URL`)
    .meta({ example });

const schema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .meta({ example: 'production', description: 'What kind of installation this is.' }),
  ROLE: z.enum(['api', 'worker', 'all']).default('all').meta({
    example: 'worker',
    description: '`api` receives events, `worker` runs handlers, `all` does both in one process.',
  }),
  PORT: wholeNumber(0, 65_535)
    .default(4242)
    .meta({ example: '4242', description: 'HTTP port; 0 lets the system choose.' }),
  HOST: z.string().min(1).optional().meta({
    example: '0.0.0.0',
    description: 'Address to listen on. Default: `127.0.0.1` in development, `0.0.0.0` otherwise.',
  }),
  DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'postgresql://turnpike:secret@db.internal:5432/turnpike',
  ).meta({
    example: 'postgresql://turnpike:secret@db.internal:5432/turnpike',
    description: 'Postgres 15 or newer. `npm start` brings its own when this is not set.',
  }),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://:secret@redis.internal:6379/0').meta({
    example: 'redis://:secret@redis.internal:6379/0',
    description: 'Redis 6.2 or newer. `npm start` brings its own when this is not set.',
  }),
  DATA_DIR: z.string().min(1).default('.data').meta({
    example: '/var/lib/turnpike',
    description: 'Folder of the embedded servers and the development secrets.',
  }),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_/, 'does not look like a secret or restricted key')
    .optional()
    .meta({ example: 'rk_live_…', description: 'Needed only by handlers that call Stripe.' }),
  STRIPE_API_BASE: url(['http:', 'https:'], 'http://127.0.0.1:12111').optional().meta({
    example: 'http://127.0.0.1:12111',
    description: "A stand-in for Stripe's API, for tests and development.",
  }),
  STRIPE_DIRECT_WEBHOOK_SECRETS: secretList('whsec_new,whsec_old').optional().meta({
    example: 'whsec_new,whsec_old',
    description: 'Signing secrets of the direct (account) endpoint, comma-separated, newest first.',
  }),
  STRIPE_CONNECT_WEBHOOK_SECRETS: secretList('whsec_new,whsec_old').optional().meta({
    example: 'whsec_new,whsec_old',
    description: 'Signing secrets of the Connect endpoint, comma-separated, newest first.',
  }),
  STRIPE_ISSUING_WEBHOOK_SECRETS: secretList('whsec_new,whsec_old').optional().meta({
    example: 'whsec_new,whsec_old',
    description:
      'Signing secrets of the Issuing authorization endpoint, newest first. Without them there is no such route.',
  }),
  ISSUING_DEADLINE_MS: wholeNumber(50, 1_900).default(1_500).meta({
    example: '1500',
    description: 'Budget of an authorization decision from the arrival of its request, in milliseconds.',
  }),
  ISSUING_FALLBACK: z.enum(['approve', 'decline']).default('decline').meta({
    example: 'decline',
    description: 'The answer when there is no decision in time.',
  }),
  ISSUING_DEFAULT: z.enum(['approve', 'decline']).default('decline').meta({
    example: 'approve',
    description: 'The answer when all policies abstain and no rule is broken.',
  }),
  STRIPE_APP_SECRETS: secretList('absec_new,absec_old').optional().meta({
    example: 'absec_new,absec_old',
    description: 'Signing secrets of the Stripe App, newest first. Without them there are no `/app` routes.',
  }),
  STRIPE_TIMEOUT_MS: wholeNumber(100, 80_000).default(20_000).meta({
    example: '20000',
    description: 'Longest wait for an answer of Stripe, in milliseconds.',
  }),
  APP_REQUESTS_PER_MINUTE: wholeNumber(1, 100_000).default(120).meta({
    example: '120',
    description: 'Requests to `/app` that each account may make per minute and process.',
  }),
  PROCESS_MODE: z.enum(['live', 'test', 'both']).optional().meta({
    example: 'live',
    description:
      'Which events are handled; the others are stored and skipped. Required in production, else `both`.',
  }),
  SIGNATURE_TOLERANCE_SECONDS: wholeNumber(1, 86_400)
    .default(300)
    .meta({ example: '300', description: 'How old a signature may be, in seconds.' }),
  BODY_LIMIT_BYTES: wholeNumber(1_024, 67_108_864)
    .default(1_048_576)
    .meta({ example: '1048576', description: 'Largest accepted request body, in bytes.' }),
  INGEST_TIMEOUT_MS: wholeNumber(100, 60_000).default(5_000).meta({
    example: '5000',
    description: 'An event that is not committed within this time is answered 503, in milliseconds.',
  }),
  WORKER_CONCURRENCY: wholeNumber(1, 500).default(20).meta({
    example: '20',
    description: 'Handler runs at once in one worker process; one handler takes at most half of them.',
  }),
  SWEEP_GRACE_MS: wholeNumber(100, 600_000).default(15_000).meta({
    example: '15000',
    description: 'How long a run may wait before the sweeper queues it again, in milliseconds.',
  }),
  SHUTDOWN_TIMEOUT_MS: wholeNumber(1_000, 600_000).default(25_000).meta({
    example: '25000',
    description: 'How long a stopping process waits for the handlers in flight, in milliseconds.',
  }),
  QUEUE_PREFIX: z
    .string()
    .regex(/^\{[\w-]+\}$/, 'is not a name in braces')
    .default('{turnpike}')
    .meta({
      example: '{turnpike}',
      description: 'Key prefix in Redis, in braces: installations that share a Redis need one each.',
    }),
  FEATURES: nameList('connected-accounts,orders').optional().meta({
    example: 'connected-accounts,orders',
    description: 'The features that are switched on, comma-separated. Without it, all of them.',
  }),
  MAIL_URL: url(['smtp:', 'smtps:'], 'smtps://user:secret@smtp.example.com:465').optional().meta({
    example: 'smtps://user:secret@smtp.example.com:465',
    description: 'The SMTP server that takes e-mail. Without it, messages are files in `DATA_DIR`/mail.',
  }),
  MAIL_FROM: mailAddress(`(?:[^<>"@,:;\\r\\n]+ <${ADDRESS}>|${ADDRESS})`, 'is not an address')
    .default('Turnpike <turnpike@localhost>')
    .meta({
      example: 'Harbour Platform <payouts@platform.example.com>',
      description: 'Sender of all e-mail. Required with `MAIL_URL`.',
    }),
  MAIL_TIMEOUT_MS: wholeNumber(100, 600_000).default(30_000).meta({
    example: '30000',
    description: 'Longest time for handing one message to the SMTP server, in milliseconds.',
  }),
  PLATFORM_ALERT_EMAIL: mailAddress(ADDRESS, 'is not an address').optional().meta({
    example: 'operations@platform.example.com',
    description: 'Who at the platform learns of failed payouts. Without it, nobody is told by e-mail.',
  }),
  ALERT_EMAIL: mailAddress(ADDRESS, 'is not an address').optional().meta({
    example: 'on-call@platform.example.com',
    description: 'Who is told of alerts, such as dead runs, by e-mail. Without it, nobody is.',
  }),
  ALERT_WEBHOOK_URL: url(['http:', 'https:'], 'https://alerts.example.com/turnpike')
    .refine((text) => !URL.canParse(text) || new URL(text).username === '', 'has a user name in it')
    .optional()
    .meta({
      example: 'https://alerts.example.com/turnpike',
      description: 'Takes alerts as signed webhooks. `http:` only in development. Without it, none are sent.',
    }),
  ALERT_WEBHOOK_SECRET: z
    .string()
    .regex(WEBHOOK_SECRET, 'is not whsec_ and the base64 of 24 to 64 bytes')
    .optional()
    .meta({
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      description: 'Signs these webhooks (Standard Webhooks). Required with `ALERT_WEBHOOK_URL`.',
    }),
  ALERT_WEBHOOK_TIMEOUT_MS: wholeNumber(100, 60_000).default(10_000).meta({
    example: '10000',
    description: 'Longest wait for an answer to such a webhook, in milliseconds.',
  }),
  ALERT_INTERVAL_MINUTES: wholeNumber(1, 1_440).default(15).meta({
    example: '15',
    description:
      'Least time between two messages about alerts, in minutes; what is new meanwhile is grouped.',
  }),
  ALERT_SILENT_ENDPOINT_MINUTES: wholeNumber(1, 43_200).default(1_440).meta({
    example: '120',
    description: 'An endpoint that receives nothing for this long while others do is an alert, in minutes.',
  }),
  ADMIN_BOOTSTRAP_KEY: z.string().min(32, 'is shorter than 32 characters').optional().meta({
    example: 'a random string of 32 characters or more',
    description: 'Becomes an admin key where there is no usable one. `npm start` generates one.',
  }),
  ADMIN_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(600).meta({
    example: '600',
    description: 'Requests to `/admin` that each key may make per minute and process.',
  }),
  ADMIN_FAILED_LOGINS_PER_MINUTE: wholeNumber(1, 1_000_000).default(20).meta({
    example: '20',
    description: 'Wrong admin keys per minute, client address and process; more are answered 429.',
  }),
  ADMIN_REDACT_FIELDS: fieldList.prefault(PERSONAL_FIELDS).meta({
    example: 'email,*_email,card.last4',
    description:
      'Fields that only keys with the scope `admin` see, and that texts of errors do not repeat: see docs/privacy.md.',
  }),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').meta({
    example: 'info',
    description: 'Least severe log level that is written.',
  }),
});

type Environment = z.infer<typeof schema>;

/** The validated configuration, defaults applied. */
export type Config = Omit<Environment, SecretList | 'HOST' | 'PROCESS_MODE'> & {
  HOST: string;
  PROCESS_MODE: 'live' | 'test' | 'both';
} & Record<SecretList, string[]>;

type SecretList = RequiredByRole | 'STRIPE_APP_SECRETS' | 'STRIPE_ISSUING_WEBHOOK_SECRETS';
type RequiredByRole = 'STRIPE_DIRECT_WEBHOOK_SECRETS' | 'STRIPE_CONNECT_WEBHOOK_SECRETS';
const requiredToReceive: readonly RequiredByRole[] = [
  'STRIPE_DIRECT_WEBHOOK_SECRETS',
  'STRIPE_CONNECT_WEBHOOK_SECRETS',
];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Name, default, example and meaning of each variable: the source of the table in docs/operations.md. */
export const configVariables = Object.entries(schema.shape).map(([name, type]) => ({
  name,
  default: type.safeParse(undefined).data?.toString() ?? '',
  example: text(type.meta()?.example),
  description: text(type.meta()?.description),
}));

/** Thrown when the configuration cannot be used; the message lists every problem at once. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
  }
}

/** One line of a {@link ConfigurationError}: what is wrong with a variable, and an example of what is right. */
export const problem = (name: string, what: string) => {
  const example = configVariables.find((variable) => variable.name === name)?.example;
  return `${name} ${what}. Example: ${name}=${example}`;
};

/**
 * Reads and validates the configuration.
 *
 * @param env - variables by name; an empty value counts as not set
 * @throws {@link ConfigurationError} naming every variable that is missing or wrong, with an example for each
 * @example const config = loadConfig({ ...process.env, ROLE: 'worker' });
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return problem(name, given[name] === undefined ? 'is not set' : withoutValue(issue));
  });
  const value = (name: keyof Environment) => given[name];
  if (value('ROLE') !== 'worker') {
    for (const name of requiredToReceive) if (!value(name)) problems.push(problem(name, 'is not set'));
  }
  const production = value('NODE_ENV') === 'production';
  if (production && !value('PROCESS_MODE')) problems.push(problem('PROCESS_MODE', 'is not set'));
  if (production && value('STRIPE_APP_SECRETS') && !value('STRIPE_SECRET_KEY')) {
    problems.push(problem('STRIPE_SECRET_KEY', 'is not set, and the app back end calls Stripe'));
  }
  if (value('MAIL_URL') && !value('MAIL_FROM')) {
    problems.push(problem('MAIL_FROM', 'is not set, and MAIL_URL is'));
  }
  const alertUrl = value('ALERT_WEBHOOK_URL');
  if (alertUrl && !value('ALERT_WEBHOOK_SECRET')) {
    problems.push(problem('ALERT_WEBHOOK_SECRET', 'is not set, and ALERT_WEBHOOK_URL is'));
  }
  if (alertUrl && !/^https:/i.test(alertUrl) && (value('NODE_ENV') ?? 'development') !== 'development') {
    problems.push(problem('ALERT_WEBHOOK_URL', 'must be https outside development'));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  const { data } = parsed;
  return {
    ...data,
    HOST: data.HOST ?? (data.NODE_ENV === 'development' ? '127.0.0.1' : '0.0.0.0'),
    PROCESS_MODE: data.PROCESS_MODE ?? 'both',
    STRIPE_DIRECT_WEBHOOK_SECRETS: data.STRIPE_DIRECT_WEBHOOK_SECRETS ?? [],
    STRIPE_CONNECT_WEBHOOK_SECRETS: data.STRIPE_CONNECT_WEBHOOK_SECRETS ?? [],
    STRIPE_APP_SECRETS: data.STRIPE_APP_SECRETS ?? [],
    STRIPE_ISSUING_WEBHOOK_SECRETS: data.STRIPE_ISSUING_WEBHOOK_SECRETS ?? [],
  };
}

/** Zod's message without the offending value, which may be a secret. */
function withoutValue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? issue.message : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_type':
      return `must be a whole number`;
    default:
      return issue.message;
  }
}

/** The process's own environment, for handing it on to a child process. */
export const inheritedEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env });
