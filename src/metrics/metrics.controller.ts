import { Controller, Get, Header } from '@nestjs/common';
import { OpenRoute } from '../http/route-access.js';
import { Metrics } from './metrics.js';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @OpenRoute('scraped by Prometheus inside the network; holds no payload and no secret')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
