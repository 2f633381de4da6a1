import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HandlerExplorer } from './handler.explorer.js';
import { HandlerRegistry } from './handler-registry.js';
import { RunGuards } from './run-guards.js';

@Module({
  imports: [DiscoveryModule],
  providers: [HandlerExplorer, HandlerRegistry, RunGuards],
  exports: [HandlerRegistry, RunGuards],
})
export class EventHandlersModule {}
