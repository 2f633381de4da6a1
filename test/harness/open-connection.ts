import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { DIRECT_SECRET } from './app.js';

/** A client that keeps one connection open and sends everything over it, as a proxy does. */
export class OpenConnection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly url: string) {}

  /** Resolves with the status of the answer; with nothing when the connection was refused or broke. */
  async deliver(event: object): Promise<number | undefined> {
    const { body, headers } = signedRequest({ event, secret: DIRECT_SECRET });
    const { agent } = this;
    const outgoing = request(`${this.url}/webhook`, {
      method: 'POST',
      agent,
      headers: { ...headers, 'Content-Length': body.length },
    });
    outgoing.end(body);
    try {
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return answer.statusCode;
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.agent.destroy();
  }
}
