import type { IncomingMessage } from 'node:http';

/** The key that a request brings, and how. */
export interface Credentials {
  scheme: 'bearer' | 'basic';
  secret: string;
}

/** `Bearer` with the key, or `Basic` with the key as password and any name. */
export function credentialsOf({ headers }: IncomingMessage): Credentials | undefined {
  const [scheme, value = ''] = (headers.authorization ?? '').split(' ', 2);
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return value ? { scheme: 'bearer', secret: value } : undefined;
    case 'basic': {
      const secret = passwordOf(value);
      return secret ? { scheme: 'basic', secret } : undefined;
    }
    default:
      return undefined;
  }
}

const passwordOf = (value: string): string =>
  Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':');
