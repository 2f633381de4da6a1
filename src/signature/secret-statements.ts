/** What is known of the signing secrets, in all processes and after all restarts. Times are the database's own. */

/**
 * $1 endpoints, $2 fingerprints, $3 positions: the secrets of the process that started last, newest at 0. A secret is
 * retired since it was first seen behind another.
 */
export const REGISTER_SECRETS = `
  WITH configured AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[]) AS configured (endpoint, secret, position)
  ), removed AS (
    UPDATE signing_secret known SET position = NULL, retired_at = NULL, retired_uses = 0
    WHERE position IS NOT NULL AND NOT EXISTS (
      SELECT FROM configured WHERE configured.endpoint = known.endpoint AND configured.secret = known.secret)
  )
  INSERT INTO signing_secret AS known (endpoint, secret, position, retired_at)
  SELECT endpoint, secret, position, CASE WHEN position > 0 THEN clock_timestamp() END
  FROM configured ORDER BY endpoint, secret
  ON CONFLICT (endpoint, secret) DO UPDATE SET
    position = EXCLUDED.position,
    retired_at = CASE WHEN EXCLUDED.position > 0 THEN COALESCE(known.retired_at, EXCLUDED.retired_at) END,
    retired_uses = CASE WHEN EXCLUDED.position > 0 THEN known.retired_uses ELSE 0 END`;

/** $1 endpoints, $2 fingerprints, $3 how often each, $4 minutes without a delivery after which activity begins anew. */
export const RECORD_USES = `
  UPDATE signing_secret known SET
    last_used_at = clock_timestamp(),
    active_since = CASE WHEN known.last_used_at > clock_timestamp() - $4::float8 * interval '1 minute'
                        THEN known.active_since ELSE clock_timestamp() END,
    retired_uses = known.retired_uses + CASE WHEN known.retired_at IS NULL THEN 0 ELSE used.uses END
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS used (endpoint, secret, uses)
  WHERE known.endpoint = used.endpoint AND known.secret = used.secret`;
