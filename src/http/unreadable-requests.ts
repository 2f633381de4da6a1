import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { methodNotAllowed, Problem } from './problem.js';

/** Node's name for what is wrong, and what we say about it. */
const PROBLEMS: Record<string, readonly [status: number, code: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The request line and the headers are larger than 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    413,
    'chunk_extensions_too_large',
    'The chunk extensions are larger than 16 KiB.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request took too long to arrive: send it again.'],
};
const MALFORMED = [400, 'request_malformed', 'This is no valid HTTP/1.1 request.'] as const;
const EXPECTATION = 'Send Expect: 100-continue, or none.';

/** Answers, in the form of every refusal, the requests that Node itself refuses before any of our code sees them. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const pending = pendingResponse(socket);
    // An answer to a request that is none must not be taken for the answer to the one before it.
    if (pending?.headersSent) return void socket.destroy();
    if (pending?.req.complete) return void (pending.shouldKeepAlive = false);
    const [status, code, detail] = PROBLEMS[error.code ?? ''] ?? MALFORMED;
    refuse(socket, new Problem(status, code, detail));
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) =>
    refuse(socket, methodNotAllowed('POST')),
  );
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, body } = new Problem(417, 'expectation_unsupported', EXPECTATION);
    response.statusCode = status;
    response.setHeader('Content-Type', 'application/problem+json');
    // Whether the body comes all the same, the sender alone knows.
    response.setHeader('Connection', 'close');
    response.end(JSON.stringify(body));
  });
}

/** The answer that is next on a connection; Node has no public name for it. */
const pendingResponse = (
  socket: Socket & { _httpMessage?: ServerResponse | null },
): ServerResponse | undefined => socket._httpMessage ?? undefined;

function refuse(socket: Socket, { status, headers, body }: Problem): void {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n'));
  socket.destroySoon();
}
