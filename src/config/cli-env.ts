import { inheritedEnvironment } from './env.js';

/** The variables the command line looks at. None is required: most commands need none. */
export interface CliEnvironment {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** The server to talk to. */
  readonly url: string | undefined;
  readonly adminKey: string | undefined;
  /** The first key of a server, where the server is set up: in its container, say. */
  readonly bootstrapKey: string | undefined;
  /** The newest secret of each endpoint, and of the app. */
  readonly directSecret: string | undefined;
  readonly connectSecret: string | undefined;
  readonly issuingSecret: string | undefined;
  readonly appSecret: string | undefined;
}

/** Reads what is set without asking for a configuration a server could run with. */
export function cliEnvironment(): CliEnvironment {
  const env = inheritedEnvironment();
  const given = (name: string) => env[name]?.trim() || undefined;
  const newest = (name: string) => given(name)?.split(',')[0]?.trim() || undefined;
  return {
    dataDir: given('DATA_DIR') ?? '.data',
    databaseUrl: given('DATABASE_URL'),
    url: given('TURNPIKE_URL'),
    adminKey: given('TURNPIKE_ADMIN_KEY'),
    bootstrapKey: given('ADMIN_BOOTSTRAP_KEY'),
    directSecret: newest('STRIPE_DIRECT_WEBHOOK_SECRETS'),
    connectSecret: newest('STRIPE_CONNECT_WEBHOOK_SECRETS'),
    issuingSecret: newest('STRIPE_ISSUING_WEBHOOK_SECRETS'),
    appSecret: newest('STRIPE_APP_SECRETS'),
  };
}
