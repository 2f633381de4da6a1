import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ErasureHooks } from './erasure-hooks.js';
import { HandlerExplorer } from './handler.explorer.js';
import { HandlerRegistry } from './handler-registry.js';
import { RunGuards } from './run-guards.js';

@Module({
  imports: [DiscoveryModule],
  providers: [ErasureHooks, HandlerExplorer, HandlerRegistry, RunGuards],
  exports: [ErasureHooks, HandlerRegistry, RunGuards],
})
export class EventHandlersModule {}
