import type { StoreWatch } from './store-watch.js';

/** Names of the tables, partitions apart, in which a text occurs in any column. */
export async function tablesWith(watch: StoreWatch, text: string): Promise<string[]> {
  const tables = await watch.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await watch.query(`SELECT FROM ${name} AS kept WHERE strpos(kept::text, $1) > 0 LIMIT 1`, [
      text,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
