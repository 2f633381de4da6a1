import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { transformSync } from '@swc/core';

/** The client as an extension would bundle it. */
const client = () =>
  transformSync(readFileSync(path.join(process.cwd(), 'clients/stripe-app/turnpike-client.ts'), 'utf8'), {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  }).code;

/** As Stripe's SDK does it: the extension asks the page around it, which asks Stripe. */
const bridge = `
  const waiting = [];
  addEventListener('message', ({ data }) => waiting.shift()(data));
  const ask = (question) => new Promise((resolve) => {
    waiting.push(resolve);
    parent.postMessage(question, '*');
  });
  const fetchStripeSignature = (payload) => ask({ sign: JSON.stringify({ ...payload }) });
`;

const dashboard = `
  const frame = document.querySelector('iframe');
  const post = (path, body) => fetch(path, { method: 'POST', body }).then((answer) => answer.text());
  addEventListener('message', async ({ data }) => {
    if (data.sign) frame.contentWindow.postMessage(await post('/sign', data.sign), '*');
    else await post('/report', data.report);
  });
`;

const attribute = (html: string) => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/**
 * A page that holds a UI extension as Stripe's Dashboard does: a sandboxed iframe, whose origin is `null`. The script
 * of the extension has `TurnpikeClient`, `TurnpikeError` and `fetchStripeSignature`, and returns what the test reads.
 */
export class ExtensionPage {
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  private tell: (report: string) => void = () => undefined;

  private constructor(
    private readonly script: string,
    private readonly sign: (payload: string) => string,
  ) {}

  static async serve(script: string, sign: (payload: string) => string): Promise<ExtensionPage> {
    const page = new ExtensionPage(script, sign);
    await once(page.server.listen(0, '127.0.0.1'), 'listening');
    return page;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** What the script returned, once it did. */
  readonly report = new Promise<unknown>((resolve) => {
    this.tell = (report) => resolve(JSON.parse(report));
  });

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private get html(): string {
    const run = `const run = async () => { ${this.script} };
      const told = await run().catch((error) => ({ failed: String(error.stack ?? error) }));
      parent.postMessage({ report: JSON.stringify(told) }, '*');`;
    const extension = `<script type="module">${client()}${bridge}${run}</script>`;
    return `<!doctype html><script type="module">${dashboard}</script>
      <iframe sandbox="allow-scripts" srcdoc="${attribute(extension)}"></iframe>`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.url === '/sign') response.end(this.sign(body));
    else if (request.url === '/report') {
      this.tell(body);
      response.end();
    } else if (request.url === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(this.html);
    } else response.writeHead(404).end();
  }
}
