import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between the command line and a server, and loses the answers to some of the requests that it passes on. */
export class BreakingProxy {
  /** How many more answers to POSTs are lost. */
  lose = 0;

  private readonly server = createServer((request, response) => {
    const { method, url, headers } = request;
    const onward = httpRequest(this.target + (url ?? ''), { method, headers }, (answer) => {
      if (method === 'POST' && this.lose > 0) {
        this.lose -= 1;
        // Read to its end: by then the server has done what it was asked.
        answer.resume().on('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });

  constructor(private readonly target: string) {}

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }
}
