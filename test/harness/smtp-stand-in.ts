import { EventEmitter, once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A message that the server has read to its end, whether or not it took it. */
export interface ReceivedMail extends Email {
  /** Envelope recipients. */
  recipients: string[];
  raw: string;
}

/** What the server does with a connection that wants to deliver something. */
export type SmtpBehaviour =
  | 'accept'
  /** Answers 451 to the whole message. */
  | 'defer'
  /** Answers 550 to the recipient. */
  | 'refuse'
  /** Ends the connection while the message is on its way. */
  | 'drop'
  /** Takes the connection and says nothing. */
  | 'hang'
  /** Reads the message and answers when {@link SmtpStandIn.release} is called. */
  | 'hold';

/** A real SMTP server that a test can make fail. */
export class SmtpStandIn {
  /** Messages that were answered 250, in order. */
  readonly accepted: ReceivedMail[] = [];
  /** Attempts to deliver, however they ended. */
  attempts = 0;
  /** For each attempt, by its number from 1. */
  behaviour: (attempt: number) => SmtpBehaviour = () => 'accept';
  private readonly events = new EventEmitter();
  private readonly sockets = new Set<Socket>();
  private held: (() => void)[] = [];

  private constructor(private readonly server: SMTPServer) {}

  static async start(port = 0): Promise<SmtpStandIn> {
    const doing = new Map<string, SmtpBehaviour>();
    const server = new SMTPServer({
      logger: false,
      disabledCommands: ['STARTTLS', 'AUTH'],
      closeTimeout: 1,
      onConnect: ({ id }, callback) => {
        const what = standIn.behaviour(++standIn.attempts);
        doing.set(id, what);
        standIn.tell();
        if (what !== 'hang') callback();
      },
      onRcptTo: (_address, { id }, callback) =>
        callback(doing.get(id) === 'refuse' ? smtpError(550, 'No such user here') : null),
      onData: (stream, { id, envelope }, callback) => {
        const what = doing.get(id);
        if (what === 'drop') {
          stream.once('data', () => standIn.dropConnections());
          return;
        }
        void buffer(stream).then(async (raw) => {
          const mail = await PostalMime.parse(raw);
          const recipients = envelope.rcptTo.map(({ address }) => address);
          const answer = () => {
            if (what === 'defer') return callback(smtpError(451, 'Try again later'));
            standIn.accepted.push({ ...mail, recipients, raw: raw.toString('latin1') });
            callback();
            standIn.tell();
          };
          if (what === 'hold') standIn.held.push(answer);
          else answer();
          standIn.tell();
        });
      },
    });
    const standIn = new SmtpStandIn(server);
    server.on('error', () => undefined);
    server.server.on('connection', (socket: Socket) => {
      standIn.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => standIn.sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    return standIn;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** Messages that wait for {@link release}. */
  get holding(): number {
    return this.held.length;
  }

  /** Takes the messages it holds. */
  release(): void {
    for (const answer of this.held.splice(0)) answer();
  }

  /** Waits until this is so; it is asked whenever something happened. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await once(this.events, 'change');
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private tell(): void {
    this.events.emit('change');
  }
}

const smtpError = (responseCode: number, message: string) =>
  Object.assign(new Error(message), { responseCode });
