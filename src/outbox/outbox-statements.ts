const MS = `::float8 * interval '1 millisecond'`;

/**
 * The statements that move what waits in an outbox from state to state. All times are the database's own.
 *
 * @param table - has id, status, attempts, due_at, sent_at and last_error
 * @param columns - what an attempt has to know besides, as in a select list
 */
export const outboxStatements = (table: string, columns: string) => ({
  /** $1 limit. What somebody works on is due when their lease ends. */
  due: `
    SELECT id, attempts, EXTRACT(epoch FROM clock_timestamp() - due_at)::float8 * 1000 AS "lateMs" FROM ${table}
    WHERE status = 'waiting' AND due_at <= clock_timestamp() ORDER BY due_at LIMIT $1`,

  /** $1 id, $2 attempts made, $3 lease in ms, $4 most attempts, $5 the error if lost too often. The attempt is the fencing token. */
  claim: `
    WITH claimed AS (
      UPDATE ${table}
      SET attempts = attempts + CASE WHEN attempts < $4 THEN 1 ELSE 0 END,
          status = CASE WHEN attempts < $4 THEN 'waiting' ELSE 'dead' END,
          last_error = CASE WHEN attempts < $4 THEN last_error ELSE $5 END,
          due_at = clock_timestamp() + $3${MS}
      WHERE id = $1 AND attempts = $2 AND status = 'waiting' AND due_at <= clock_timestamp()
      RETURNING *
    )
    SELECT id, attempts, status, due_at AS "leaseUntil", ${columns} FROM claimed`,

  /** $1 id. Not fenced: the other side has taken it, whoever looks after it by now. */
  sent: `
    UPDATE ${table} SET status = 'sent', sent_at = clock_timestamp(), last_error = NULL
    WHERE id = $1 AND status <> 'sent'`,

  /** $1 id, $2 attempt, $3 next status, $4 wait in ms, $5 error. */
  failed: `
    UPDATE ${table} SET status = $3, due_at = clock_timestamp() + $4${MS}, last_error = $5
    WHERE id = $1 AND attempts = $2 AND status = 'waiting'`,

  /** $1 id. Only a dead one: on a waiting one somebody may be at work. */
  retry: `
    WITH retried AS (
      UPDATE ${table} SET status = 'waiting', attempts = 0, due_at = clock_timestamp()
      WHERE id = $1 AND status = 'dead' RETURNING id
    ) SELECT id FROM retried`,
});
