import { CliError, exitCodes } from './cli-error.js';
import { printable } from './table.js';

/** The answer of the admin API when it cannot serve a request. */
export class AdminProblem extends CliError {
  constructor(
    message: string,
    readonly status: number,
    /** The stable name of the problem; `undefined` when something else than Turnpike answered. */
    readonly code: string | undefined,
    /** How long to wait before trying again, where the answer says so. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(message, status === 400 ? exitCodes.usage : exitCodes.failed);
  }
}

/** There was no answer. */
export class NoAnswer extends CliError {
  constructor(
    message: string,
    /** Whether the request cannot have arrived. */
    readonly unsent: boolean,
    cause: unknown,
  ) {
    super(message, exitCodes.failed, { cause });
  }
}

/** What the problem document says, in lines for a human. */
export function problemOf(response: Response, text: string): AdminProblem {
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  const wait = Number.isFinite(retryAfter) ? retryAfter : undefined;
  const body = parsed(text);
  if (body?.code === undefined)
    return new AdminProblem(foreign(response, text), response.status, undefined, wait);
  const lines = [
    `${body.detail} (${body.code})`,
    ...body.errors.map(({ field, problems }) => `  ${field}: ${problems.join(', ')}`),
    ...(wait === undefined ? [] : [`Try again in ${wait} s.`]),
  ];
  return new AdminProblem(lines.map(printable).join('\n'), response.status, body.code, wait);
}

/** What to say of an answer that is not Turnpike's, such as a proxy's. */
export function foreign(response: Response, text: string): string {
  const place =
    `${new URL(response.url).origin} answered ${response.status} ${response.statusText}`.trimEnd();
  const target = response.headers.get('location');
  if (target !== null)
    return `${place}: it leads to ${printable(target)}. Give the server's own address as --url`;
  const excerpt = printable(text).trim().slice(0, 200);
  return `${place}, and not as Turnpike does${excerpt ? `: ${excerpt}` : ''}`;
}

/** What to say when there was no answer at all. */
export function noAnswer(error: unknown, server: string): NoAnswer {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  const { origin } = new URL(server);
  const code = cause?.code;
  const say = (text: string, unsent: boolean) => new NoAnswer(text, unsent, error);
  if (code === 'ECONNREFUSED') {
    return say(`nothing listens on ${origin}: start it with npm start, or name another with --url`, true);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return say(`${origin}: there is no such host`, true);
  if (name === 'TimeoutError') return say(`${origin} did not answer in time`, false);
  return say(`${origin} did not answer: ${cause?.message || code || message}`, false);
}

interface ProblemDocument {
  code: string | undefined;
  detail: string;
  errors: { field: string; problems: string[] }[];
}

function parsed(text: string): ProblemDocument | undefined {
  try {
    const { code, detail, errors } = JSON.parse(text) as Partial<ProblemDocument>;
    if (typeof code !== 'string' || typeof detail !== 'string') return undefined;
    return { code, detail, errors: Array.isArray(errors) ? errors : [] };
  } catch {
    return undefined;
  }
}
