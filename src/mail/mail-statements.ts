/** The statements that move messages from state to state. All times are the database's own. */

const MS = `::float8 * interval '1 millisecond'`;

export const PUT = `
  INSERT INTO outgoing_mail (key, kind, account, message_id, recipient, recipient_name, subject, text_body, html_body)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (key) DO NOTHING RETURNING id`;

/** $1 limit. A message on which somebody works is due when their lease ends. */
export const DUE = `
  SELECT id, attempts, EXTRACT(epoch FROM clock_timestamp() - due_at)::float8 * 1000 AS "lateMs" FROM outgoing_mail
  WHERE status = 'waiting' AND due_at <= clock_timestamp() ORDER BY due_at LIMIT $1`;

/**
 * $1 message, $2 attempts made, $3 lease in ms, $4 most attempts, $5 why a message is dead whose last worker was lost.
 * The attempt is the fencing token.
 */
export const CLAIM = `
  WITH claimed AS (
    UPDATE outgoing_mail
    SET attempts = attempts + CASE WHEN attempts < $4 THEN 1 ELSE 0 END,
        status = CASE WHEN attempts < $4 THEN 'waiting' ELSE 'dead' END,
        last_error = CASE WHEN attempts < $4 THEN last_error ELSE $5 END,
        due_at = clock_timestamp() + $3${MS}
    WHERE id = $1 AND attempts = $2 AND status = 'waiting' AND due_at <= clock_timestamp()
    RETURNING *
  )
  SELECT id, attempts, status, kind, account, message_id AS "messageId", recipient, recipient_name AS "recipientName",
         subject, text_body AS text, html_body AS html, created_at AS "createdAt", due_at AS "leaseUntil"
  FROM claimed`;

/** $1 message. Not fenced: the server has taken it, whoever looks after it by now. */
export const SENT = `
  UPDATE outgoing_mail SET status = 'sent', sent_at = clock_timestamp(), last_error = NULL
  WHERE id = $1 AND status <> 'sent'`;

/** $1 message, $2 attempt, $3 next status, $4 wait in ms, $5 error. */
export const FAILED = `
  UPDATE outgoing_mail SET status = $3, due_at = clock_timestamp() + $4${MS}, last_error = $5
  WHERE id = $1 AND attempts = $2 AND status = 'waiting'`;

/** $1 message. Only a dead one: on a waiting one somebody may be at work. */
export const RETRY = `
  WITH retried AS (
    UPDATE outgoing_mail SET status = 'waiting', attempts = 0, due_at = clock_timestamp()
    WHERE id = $1 AND status = 'dead' RETURNING id
  ) SELECT id FROM retried`;

/** Only what is not done, which a partial index holds. */
export const OPEN = `
  SELECT status, count(*)::int AS messages,
         COALESCE(EXTRACT(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest_seconds
  FROM outgoing_mail WHERE status IN ('waiting', 'dead') GROUP BY status`;
