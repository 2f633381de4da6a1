/** Whatever writes in the caller's transaction. */
interface Transaction {
  query<R>(text: string, values: unknown[]): Promise<R>;
}

/** Messages that have one of these ids in their key, between slashes; or all that are about an account. */
export type ErasedMail = { about: readonly string[] } | { account: string };

const GONE = '(erased)';

/** What is waiting is not sent any more: there is nothing left to send, and nobody to send it to. */
const OVERWRITE = `
  UPDATE outgoing_mail
  SET recipient = 'erased@invalid', recipient_name = NULL, subject = '${GONE}', text_body = '${GONE}',
      html_body = '${GONE}', last_error = NULL, status = CASE status WHEN 'sent' THEN 'sent' ELSE 'erased' END`;

/** Overwrites messages, in the caller's transaction. */
export async function overwriteMail(tx: Transaction, which: ErasedMail): Promise<void> {
  if ('account' in which) await tx.query(`${OVERWRITE} WHERE account = $1`, [which.account]);
  else await tx.query(`${OVERWRITE} WHERE string_to_array(key, '/') && $1::text[]`, [which.about]);
}
