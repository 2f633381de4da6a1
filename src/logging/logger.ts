import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

/** Injection token of the process's pino logger. */
export const LOGGER = Symbol('turnpike:logger');

export type { Logger };

/**
 * One JSON line per entry. Secrets and payloads must never be passed in.
 *
 * @param destination - default: standard output
 */
export const createLogger = (level: string, destination?: { write(line: string): void }): Logger => {
  const options = {
    level,
    base: { name: 'turnpike' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
};

/** What an error may say in the log: Postgres adds row values to `detail` and `where`, so only these two. */
export const loggable = (error: unknown): { message: string; code?: string } => {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as Error & { code?: unknown };
  if (typeof code !== 'string') return { message: error.message };
  return { message: DATA_EXCEPTION.test(code) ? withoutValue(error.message) : error.message, code };
};

/** SQLSTATE class 22: Postgres quotes the value that it could not use. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

const withoutValue = (message: string): string => message.replace(/".*"/s, '"…"');

/** Lets Nest's own messages go through pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  // Nest announces every module and route at `log`: useful only when looking for trouble.
  log = (message: unknown, context?: string) => this.logger.debug({ context }, String(message));
  warn = (message: unknown, context?: string) => this.logger.warn({ context }, String(message));
  debug = (message: unknown, context?: string) => this.logger.debug({ context }, String(message));
  verbose = (message: unknown, context?: string) => this.logger.trace({ context }, String(message));
  fatal = (message: unknown, context?: string) => this.logger.fatal({ context }, String(message));
  error = (message: unknown, ...rest: unknown[]) =>
    this.logger.error({ context: rest.at(-1) }, message instanceof Error ? message.message : String(message));
}
