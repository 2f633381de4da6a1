import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HandlerExplorer } from './handler.explorer.js';
import { HandlerRegistry } from './handler-registry.js';

@Module({
  imports: [DiscoveryModule],
  providers: [HandlerExplorer, HandlerRegistry],
  exports: [HandlerRegistry],
})
export class EventHandlersModule {}
