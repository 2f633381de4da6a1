import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Where a link leads; it may change. */
export type Target = () => { host: string; port: number };

/** How a link treats what goes through it. */
export type LinkState = 'open' | 'cut' | 'silent';

interface Held {
  chunk: Buffer;
  to: Socket;
  due: number;
}

/** A stretch of network between two parts: it can be cut, can fall silent without a word, and can be slow. */
export class Link {
  private readonly sockets = new Set<Socket>();
  private readonly held: Held[] = [];
  private state: LinkState = 'open';
  private delayMs = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: Target,
  ) {}

  static async open(target: Target): Promise<Link> {
    const server = createServer({ allowHalfOpen: false });
    const link = new Link(server, target);
    server.on('connection', (socket) => link.accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Breaks every connection, and refuses new ones. */
  cut(): void {
    this.state = 'cut';
    this.breakAll();
  }

  /** Connections stay, and nothing comes through; new ones are accepted, and get no answer. */
  silence(): void {
    this.state = 'silent';
  }

  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** What was held goes on its way. */
  mend(): void {
    this.state = 'open';
    this.delayMs = 0;
    for (const { chunk, to } of this.held.splice(0)) to.write(chunk);
  }

  breakAll(): void {
    this.held.length = 0;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.breakAll();
    await once(this.server.close(), 'close');
  }

  private accept(client: Socket): void {
    if (this.state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(this.target());
    this.join(client, upstream);
    this.join(upstream, client);
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      // What was said last must arrive before the end.
      if (this.held.length === 0) to.end();
      else to.destroy();
    });
    from.on('data', (chunk: Buffer) => this.pass(chunk, to));
  }

  private pass(chunk: Buffer, to: Socket): void {
    if (this.state === 'open' && this.delayMs === 0 && this.held.length === 0) {
      to.write(chunk);
      return;
    }
    this.held.push({ chunk, to, due: performance.now() + this.delayMs });
    if (this.state === 'open') setTimeout(() => this.release(), this.delayMs);
  }

  /** In the order in which it came. */
  private release(): void {
    while (this.state === 'open' && this.held[0] && this.held[0].due <= performance.now() + 1) {
      const { chunk, to } = this.held.shift() as Held;
      to.write(chunk);
    }
    const [next] = this.held;
    if (next && this.state === 'open')
      setTimeout(() => this.release(), Math.max(1, next.due - performance.now()));
  }
}
