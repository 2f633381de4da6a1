import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Type } from '@nestjs/common';
import { AppModule } from './app.module.js';
import type { Config } from './config/env.js';
import { answerUnreadable } from './http/unreadable-requests.js';
import { limitConnections } from './http/connection-limits.js';
import { HttpAdapter } from './http/http-adapter.js';
import { refuseAmbiguousHead } from './http/request-head.js';
import { createLogger, type Logger, NestLogger } from './logging/logger.js';

/** Builds the application; `listen` is up to the caller. No body is parsed before it was verified. */
export async function createApp(
  config: Config,
  features?: Type[],
  logger: Logger = createLogger(config.LOG_LEVEL),
): Promise<NestExpressApplication> {
  const module = AppModule.register(config, logger, features);
  const app = await NestFactory.create<NestExpressApplication>(module, new HttpAdapter(), {
    bodyParser: false,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(refuseAmbiguousHead);
  const server = app.getHttpServer();
  limitConnections(server, logger);
  answerUnreadable(server);
  return app;
}
