/** An RFC 9457 problem: what a caller reads when a request cannot be served. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  /** Stable name of the problem, for programs. */
  code: string;
  /** What is wrong and what to do. */
  detail: string;
}

interface ProblemOptions extends ErrorOptions {
  /** Response headers, e.g. `Allow` or `Retry-After`. */
  headers?: Record<string, string | string[]>;
  /** Members added to the body. */
  extra?: Record<string, unknown>;
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  417: 'Expectation failed',
  429: 'Too many requests',
  431: 'Request header fields too large',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Gateway timeout',
};

/**
 * An error that knows its HTTP answer.
 *
 * @example throw new Problem(400, 'payload_not_json', 'The signed body is not JSON: send Stripe's bytes unchanged.');
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly headers: Record<string, string | string[]>;
  private readonly extra: Record<string, unknown>;

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    { headers = {}, extra = {}, cause }: ProblemOptions = {},
  ) {
    // Its code says where it comes from; a stack would be a good part of what a forged request costs.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.headers = headers;
    this.extra = extra;
  }

  get body(): ProblemBody {
    const title = TITLES[this.status] ?? 'Error';
    const { status, code, message: detail } = this;
    return { type: 'about:blank', title, status, code, detail, ...this.extra };
  }
}

/** For the fallback of a route that answers one method only. */
export const methodNotAllowed = (allowed: string): Problem =>
  new Problem(405, 'method_not_allowed', `This route answers ${allowed} only.`, {
    headers: { Allow: allowed },
  });
