import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { signedRequest } from '../../event-factories/signed-request.js';

/** Longest time to wait for an answer. */
const TIMEOUT_MS = 30_000;

/** What came back for one delivery: an answer, or the reason why there was none. `ms`: until the last byte. */
export type Answer =
  | { readonly status: number; readonly body: string; readonly ms: number }
  | { readonly status?: never; readonly reason: string; readonly ms: number };

/** Posts signed events to one address over kept-alive connections. Not `fetch`: it would add headers of its own. */
export class Sender {
  private readonly secure: boolean;
  private readonly agent: HttpAgent;

  constructor(
    readonly url: string,
    private readonly secret: string,
    connections: number,
  ) {
    this.secure = url.startsWith('https:');
    const options = { keepAlive: true, maxSockets: connections };
    this.agent = this.secure ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Signs and posts now: like Stripe, with a new signature for each delivery. */
  async deliver(content: Buffer): Promise<Answer> {
    const { body, headers } = signedRequest({ body: content, secret: this.secret });
    const started = performance.now();
    const ms = () => performance.now() - started;
    try {
      return { ...(await this.post(body, headers)), ms: ms() };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { reason: code ?? message, ms: ms() };
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async post(
    body: Buffer,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: string }> {
    const request = (this.secure ? httpsRequest : httpRequest)(this.url, {
      method: 'POST',
      agent: this.agent,
      headers: { ...headers, 'Content-Length': body.length },
    });
    return new Promise((resolve, reject) => {
      request.on('error', reject);
      request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`none within ${TIMEOUT_MS / 1_000} s`)));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      request.end(body);
    });
  }
}
