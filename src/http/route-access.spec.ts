import { Controller, Get, Module, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { RouteAccessCheck } from './route-access.check.js';
import { OpenRoute, RouteAccess } from './route-access.js';

@Controller('declared')
class DeclaredController {
  @Get('open')
  @OpenRoute('it is a test')
  open(): string {
    return 'open';
  }

  @Get('guarded')
  @RouteAccess('a guard')
  guarded(): string {
    return 'guarded';
  }
}

@Controller('forgotten')
class ForgottenController extends DeclaredController {
  @Get()
  forgotten(): string {
    return 'forgotten';
  }
}

/** Starts an application with these controllers, as far as its modules being made. */
async function start(...controllers: Type[]): Promise<void> {
  @Module({ imports: [DiscoveryModule], controllers, providers: [RouteAccessCheck] })
  class RoutesModule {}
  const app = await NestFactory.createApplicationContext(RoutesModule, {
    logger: false,
    abortOnError: false,
  });
  await app.close();
}

describe('a route', () => {
  it('that says what guards it, or why nothing does, lets the application start', async () => {
    await expect(start(DeclaredController)).resolves.toBeUndefined();
  });

  it('that says neither stops the start, by name', async () => {
    const message = /^Route\(s\) without a declared guard: ForgottenController\.forgotten\. /;
    await expect(start(DeclaredController, ForgottenController)).rejects.toThrow(message);
  });
});
