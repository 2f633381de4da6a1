import type { BenchStack } from './bench-stack.js';

const MUST_BE_ON = ['fsync', 'synchronous_commit', 'full_page_writes'];

/**
 * What the servers themselves say of their settings, for the page.
 *
 * @throws Error when Postgres would lose what it has committed
 */
export async function serverSettings({ db, redis }: BenchStack): Promise<string> {
  const { rows } = await db.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name',
    [['server_version', ...MUST_BE_ON]],
  );
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
  const off = MUST_BE_ON.filter((name) => settings.get(name) !== 'on');
  if (off.length > 0) throw new Error(`Postgres is not durable: ${off.join(', ')} must be on`);
  const [, appendonly] = (await redis.config('GET', 'appendonly')) as string[];
  const [, appendfsync] = (await redis.config('GET', 'appendfsync')) as string[];
  const redisVersion = /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1];
  return (
    `Postgres ${settings.get('server_version')} (${MUST_BE_ON.map((name) => `\`${name}\` on`).join(', ')}), ` +
    `Redis ${redisVersion} (\`appendonly\` ${appendonly}, \`appendfsync\` ${appendfsync})`
  );
}
