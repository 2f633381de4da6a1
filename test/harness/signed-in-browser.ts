import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands between a browser and an application and adds the key to each request, as a browser does once somebody has
 * typed it in.
 */
export class SignedInBrowser {
  /** `200 /admin/docs`, in the order of the answers. */
  readonly answered: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly authorization: string,
  ) {}

  static async between(url: string, key: string): Promise<SignedInBrowser> {
    const server = createServer();
    const browser = new SignedInBrowser(server, `Basic ${btoa(`operator:${key}`)}`);
    server.on('request', (incoming, outgoing) => {
      const headers = { ...incoming.headers, authorization: browser.authorization };
      const forwarded = request(url + incoming.url, { method: incoming.method, headers }, (answer) => {
        const status = answer.statusCode ?? 0;
        browser.answered.push(`${status} ${incoming.url}`);
        outgoing.writeHead(status, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.once('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return browser;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
