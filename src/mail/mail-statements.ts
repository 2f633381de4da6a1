import { outboxStatements } from '../outbox/outbox-statements.js';

export const PUT = `
  INSERT INTO outgoing_mail (key, kind, account, message_id, recipient, recipient_name, subject, text_body, html_body)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (key) DO NOTHING RETURNING id`;

export const OUTGOING_MAIL = outboxStatements(
  'outgoing_mail',
  `kind, account, message_id AS "messageId", recipient, recipient_name AS "recipientName", subject, text_body AS text,
   html_body AS html, created_at AS "createdAt"`,
);

/** Only what is not done, which a partial index holds. */
export const OPEN = `
  SELECT status, count(*)::int AS messages,
         COALESCE(EXTRACT(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest_seconds
  FROM outgoing_mail WHERE status IN ('waiting', 'dead') GROUP BY status`;
