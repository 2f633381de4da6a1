/** Thrown when something did not answer in time. It may still do so; nobody waits for it. */
class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/**
 * The result of some work, waited for no longer than this.
 *
 * @param limitMs - longest wait, in milliseconds
 * @throws TimeLimitExceeded, or whatever the work rejects with
 *
 * @example const rows = await withTimeLimit(2_000, dataSource.query('SELECT 1'));
 */
export async function withTimeLimit<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeLimitExceeded(`No answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether some work ended, well or not, within this time.
 *
 * @param limitMs - longest wait, in milliseconds
 */
export const endsWithin = (limitMs: number, work: Promise<unknown>): Promise<boolean> =>
  withTimeLimit(limitMs, work).then(
    () => true,
    (error: unknown) => !(error instanceof TimeLimitExceeded),
  );
