/** What came back. */
export interface Posted {
  sentAt: number;
  answeredAt?: number;
  status?: number;
  body?: Record<string, unknown>;
}

/** As long as a sender waits, in milliseconds. */
const TIMEOUT_MS = 8_000;

/** Posts, and says what came of it; it never rejects. */
export async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<Posted> {
  const sentAt = Date.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { sentAt, answeredAt: Date.now(), status: response.status, body: objectOf(text) };
  } catch {
    return { sentAt };
  }
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The `code` of a problem. */
const codeOf = ({ body }: Posted): { code?: string } =>
  typeof body?.code === 'string' ? { code: body.code } : {};

/** An exchange without its body. */
export const exchangeOf = (posted: Posted) => ({
  sentAt: posted.sentAt,
  ...(posted.answeredAt !== undefined && { answeredAt: posted.answeredAt }),
  ...(posted.status !== undefined && { status: posted.status }),
  ...codeOf(posted),
});
