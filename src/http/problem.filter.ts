import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { drain } from './drain.js';
import { Problem } from './problem.js';

/** The one place where errors become HTTP answers. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const problem = this.problemOf(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.locals.problemCode = problem.code;
    const body = JSON.stringify(problem.body);
    response.writeHead(problem.status, {
      ...problem.headers,
      'Content-Type': 'application/problem+json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body); // as text, head and body leave in one piece
    // Left to itself, Node would receive it to its end, were there none.
    if (!request.complete) drain(request);
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof HttpException && error.getStatus() === 404) {
      return new Problem(404, 'route_not_found', `${error.message}: see the README for the routes.`);
    }
    if (error instanceof HttpException && error.getStatus() < 500) {
      return new Problem(error.getStatus(), 'request_refused', error.message);
    }
    this.logger.error({ error: loggable(error) }, 'unexpected error while answering a request');
    return new Problem(
      500,
      'internal_error',
      'Something unexpected failed; the log of this process says what.',
    );
  }
}
