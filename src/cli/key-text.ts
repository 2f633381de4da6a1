import type { Key } from './admin-answers.js';
import { table, time } from './table.js';

/** Keys in a table, for a human. */
export const keyTable = (keys: readonly Key[]): string =>
  table([
    ['ID', 'NAME', 'SCOPE', 'ACCOUNTS', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED'],
    ...keys.map((key) => [
      key.id,
      key.name,
      key.scope,
      key.accounts?.join(', ') ?? 'all',
      stateOf(key),
      time(key.createdAt),
      time(key.expiresAt),
      time(key.lastUsedAt),
    ]),
  ]);

function stateOf({ revokedAt, expiresAt }: Key): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'active';
}
