import { Controller, Get } from '@nestjs/common';
import { Problem } from '../http/problem.js';
import { OpenRoute } from '../http/route-access.js';
import { type Readiness, ReadinessCheck } from './readiness.js';

@Controller('health')
@OpenRoute('asked by orchestrators; says only which part is down')
export class HealthController {
  constructor(private readonly readiness: ReadinessCheck) {}

  /** Whether the process itself responds: a failing answer means "restart it". */
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Whether it can do its work: a failing answer means "send no traffic here". */
  @Get('ready')
  async ready(): Promise<Readiness> {
    const readiness = await this.readiness.check();
    if (readiness.status !== 'not_ready') return readiness;
    throw new Problem(503, 'not_ready', 'Postgres does not answer: events cannot be stored.', {
      extra: { parts: readiness.parts },
    });
  }
}
