import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One HTTP answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** The head of a request, exactly as written: nothing is added, merged or put in order. */
export const requestHead = (requestLine: string, headers: readonly (readonly [string, string])[]): string =>
  [`${requestLine} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');

/** A connection for requests that no HTTP library would send, and for reading the answers when the test wants to. */
export class RawConnection {
  private received = Buffer.alloc(0);
  private failure: Error | undefined;

  private constructor(private readonly socket: Socket) {
    // The failure is told to whoever writes or waits next.
    socket.on('error', (error) => (this.failure = error));
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    socket.pause();
    return new RawConnection(socket);
  }

  /** Resolves when the other side's system took all bytes. @throws when the connection was closed under it */
  async write(...parts: (string | Uint8Array)[]): Promise<void> {
    for (const part of parts) {
      await new Promise<void>((resolve, reject) => {
        this.socket.write(part, (error) => (error ? reject(error) : resolve()));
      });
    }
  }

  /** The next answer; interim ones are skipped. @throws when the connection ends before */
  async answer(): Promise<RawAnswer> {
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n');
      if (end >= 0) {
        const [statusLine = '', ...lines] = this.received.subarray(0, end).toString('latin1').split('\r\n');
        const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
        const length = Number(headers.get('content-length') ?? 0);
        const body = this.received.subarray(end + 4, end + 4 + length);
        const status = Number(statusLine.split(' ')[1]);
        if (body.length === length) {
          this.received = this.received.subarray(end + 4 + length);
          if (status >= 200) return { status, headers, body: length ? JSON.parse(body.toString()) : {} };
          continue;
        }
      }
      if (!(await this.more())) throw this.failure ?? new Error('The connection ended without an answer');
    }
  }

  /** Whether the other side has closed, or now closes, the connection in an orderly way. */
  async ended(): Promise<boolean> {
    while (await this.more());
    return this.failure === undefined;
  }

  /** Ends it at once, as a sender that crashes would. */
  abort(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  private async more(): Promise<boolean> {
    if (this.socket.readableEnded || this.socket.destroyed) return false;
    const heard = new Promise<boolean>((resolve) => {
      const settle = () => {
        for (const event of ['data', 'end', 'close']) this.socket.off(event, listener);
        this.socket.pause();
      };
      const listener = (chunk?: Buffer | boolean) => {
        settle();
        if (Buffer.isBuffer(chunk)) this.received = Buffer.concat([this.received, chunk]);
        resolve(Buffer.isBuffer(chunk));
      };
      for (const event of ['data', 'end', 'close']) this.socket.on(event, listener);
    });
    this.socket.resume();
    return heard;
  }
}
