import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventHandlersModule } from './event-handlers.module.js';
import { BeforeRun, SkipRun, type UpcomingRun } from './index.js';
import { RunGuards } from './run-guards.js';

const run: UpcomingRun = {
  runId: '1',
  attempt: 1,
  generation: 1,
  handlerId: 'test.handle',
  actsForAccount: true,
  eventId: 'evt_1',
  eventType: 'charge.succeeded',
  livemode: false,
  created: new Date(),
};

async function boot(...modules: Type[]): Promise<RunGuards> {
  @Module({ imports: [EventHandlersModule, ...modules] })
  class Root {}
  const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  const guards = app.get(RunGuards, { strict: false });
  await app.close();
  return guards;
}

const moduleOf = (...providers: Type[]): Type => {
  @Module({ providers })
  class Feature {}
  return Feature;
};

describe('the guards of runs', () => {
  it('are asked once each, however many modules provide them; the first that throws decides', async () => {
    const asked: string[] = [];
    @Injectable()
    class Passing {
      @BeforeRun()
      async pass({ eventId }: UpcomingRun): Promise<void> {
        asked.push(eventId);
      }
    }
    @Injectable()
    class Refusing {
      @BeforeRun()
      async refuse(): Promise<void> {
        throw new SkipRun('no');
      }
    }
    const passing = await boot(moduleOf(Passing), moduleOf(Passing));
    await passing.admit(run);
    expect(asked).toEqual(['evt_1']);
    const refusing = await boot(moduleOf(Passing), moduleOf(Refusing));
    await expect(refusing.admit(run)).rejects.toThrow(SkipRun);
  });

  it('let every run pass where there are none', async () => {
    await expect((await boot()).admit(run)).resolves.toBeUndefined();
  });

  it('stop the boot when they are made anew for each request, and are named', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @BeforeRun()
      async pass(): Promise<void> {
        await Promise.resolve();
      }
    }
    await expect(boot(moduleOf(PerRequest))).rejects.toThrow(/PerRequest\.pass is request-scoped/);
  });
});
