import { setTimeout as delay } from 'node:timers/promises';
import { AdminProblem, foreign, noAnswer, NoAnswer, problemOf } from './admin-problem.js';
import { CliError } from './cli-error.js';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.js';
import type { AdminKey } from './surroundings.js';

/** Longest wait for an answer; the server gives up on a question much earlier. */
const TIMEOUT_MS = 60_000;
/** Pauses between the tries of a request that may be repeated. */
const RETRY_PAUSES_MS = [250, 1_000, 3_000];
/** The most that the server gives at once. */
const PAGE = 200;

export type Query = Record<string, string | number | boolean | undefined>;

/** A part of a list. */
interface Page<T> {
  data: T[];
  next: string | null;
}

/** The admin API of one server. Paths are below `/admin/`. What goes wrong is thrown as a {@link CliError}. */
export class AdminClient {
  constructor(
    private readonly server: string,
    private readonly key: AdminKey,
  ) {}

  get<T>(path: string, query?: Query): Promise<T> {
    return this.json<T>('GET', path + search(query));
  }

  /** The exact bytes of an answer. */
  async bytes(path: string): Promise<Buffer> {
    return (await this.request('GET', path)).body;
  }

  /** The first entries of a list, gathered page by page. */
  async list<T>(path: string, query: Query, limit: number): Promise<{ data: T[]; more: boolean }> {
    const data: T[] = [];
    let after: string | undefined = undefined;
    do {
      const part: Query = { ...query, limit: Math.min(limit - data.length, PAGE), after };
      const page: Page<T> = await this.get(path, part);
      data.push(...page.data);
      after = page.next ?? undefined;
    } while (after !== undefined && data.length < limit);
    return { data, more: after !== undefined };
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.json<T>('POST', path, body);
  }

  /** Posts what must not happen twice, and tries again when the answer is lost: the server knows it by its key. */
  async postOnce<T>(path: string, body: object, idempotencyKey: string): Promise<T> {
    for (const [tried, pause] of [...RETRY_PAUSES_MS, undefined].entries()) {
      try {
        return await this.json<T>('POST', path, body, { 'Idempotency-Key': idempotencyKey });
      } catch (error) {
        if (!mayRepeat(error, tried)) throw error;
        if (pause === undefined) throw unknownOutcome(error, idempotencyKey);
        await delay(pause);
      }
    }
    throw new Error('unreachable: the last try returns or throws');
  }

  /** Follows a stream until it ends or `signal` says so. */
  async *stream(path: string, signal: AbortSignal): AsyncGenerator<ServerSentEvent, void> {
    const response = await this.send('GET', path, { Accept: 'text/event-stream' }, undefined, signal);
    if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
      throw this.problem(response, await textOf(response, this.server));
    }
    try {
      if (response.body) yield* serverSentEvents(response.body);
    } catch (error) {
      throw noAnswer(error, this.server);
    }
  }

  private async json<T>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const { response, body: bytes } = await this.request(method, path, body, headers);
    const text = bytes.toString();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CliError(foreign(response, text));
    }
  }

  private async request(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<{ response: Response; body: Buffer }> {
    const response = await this.send(method, path, headers, body, AbortSignal.timeout(TIMEOUT_MS));
    if (!response.ok) throw this.problem(response, await textOf(response, this.server));
    try {
      return { response, body: Buffer.from(await response.arrayBuffer()) };
    } catch (error) {
      throw noAnswer(error, this.server);
    }
  }

  private async send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    try {
      return await fetch(`${this.server}/admin/${path}`, {
        method,
        signal,
        redirect: 'manual', // following one could turn a POST into a GET
        headers: {
          ...headers,
          Authorization: `Bearer ${this.key.value}`,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw noAnswer(error, this.server);
    }
  }

  private problem(response: Response, text: string): AdminProblem {
    const problem = problemOf(response, text);
    if (problem.status === 401) problem.message += `\nThe key came from ${this.key.origin}.`;
    return problem;
  }
}

function search(query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

async function textOf(response: Response, server: string): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw noAnswer(error, server);
  }
}

/** Whether a try ended without an outcome. A first try that nobody received is reported at once. */
function mayRepeat(error: unknown, tried: number): boolean {
  if (error instanceof NoAnswer) return tried > 0 || !error.unsent;
  if (!(error instanceof AdminProblem)) return false;
  return [502, 503, 504].includes(error.status) || (tried > 0 && error.code === 'idempotency_key_in_use');
}

function unknownOutcome(error: unknown, idempotencyKey: string): unknown {
  if (!(error instanceof CliError)) return error;
  const advice = `It is not known whether this was started. To try again and never start it twice, repeat the command with --idempotency-key ${idempotencyKey}`;
  return new CliError(`${error.message}\n${advice}`, error.exitCode, { cause: error });
}
