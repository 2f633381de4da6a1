import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable, throwError } from 'rxjs';
import { QueryFailedError } from 'typeorm';
import { sqlState } from '../database/postgres-pool.js';
import { Problem } from '../http/problem.js';

/** Tells the caller of an admin route whose fault it is that Postgres failed: nobody's, or that of a value. */
@Injectable()
export class StoreErrorsInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError((error: unknown) => throwError(() => asProblem(error))));
  }
}

function asProblem(error: unknown): unknown {
  if (isAway(error)) {
    return new Problem(503, 'store_unavailable', 'Postgres does not answer: try again soon.', {
      cause: error,
      headers: { 'Retry-After': '5' },
    });
  }
  if (REFUSED.test(sqlState(error) ?? '')) {
    const detail = 'A value cannot be stored or compared: it has the character NUL, or is out of range.';
    return new Problem(400, 'value_refused', detail, { cause: error });
  }
  return error;
}

/** SQLSTATE of values: characters, numbers, times and other formats. A defect of our own says something else. */
const REFUSED = /^22(?:021|P05|003|007|008|P02)$/;

/** SQLSTATE classes: connection lost, resources short, stopped by an operator or a time-out; deadlock and the like. */
const AWAY = /^(?:08|53|57|40)/;
const AWAY_CODES = /^(?:ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
/** What pg, its pool and TypeORM throw without a code; the last two where a connection was lost in a transaction. */
const AWAY_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when|Query read timeout|Client has encountered|Database connection provided by a query runner was already released|Query runner already released)/;

function isAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof Problem) return false;
  const state = sqlState(error);
  if (state !== undefined) return AWAY.test(state);
  const { code, message } = (
    error instanceof QueryFailedError ? error.driverError : error
  ) as NodeJS.ErrnoException;
  return AWAY_CODES.test(code ?? '') || AWAY_MESSAGES.test(message);
}
