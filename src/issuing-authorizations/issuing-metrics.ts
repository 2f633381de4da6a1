import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';

/** What operators watch of the decisions; docs/operations.md lists them. */
@Injectable()
export class IssuingMetrics {
  readonly decisions: Counter<'approved' | 'reason'>;
  readonly seconds: Histogram;
  readonly policyFailures: Counter<'policy'>;
  readonly shadowDifferences: Counter<'policy'>;
  readonly mismatches: Counter<'reason'>;
  readonly spooled: Gauge;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    this.decisions = new Counter({
      name: 'turnpike_issuing_decisions_total',
      help: 'Answered authorization requests. `reason` is decided, default, or why the fallback was given.',
      labelNames: ['approved', 'reason'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'turnpike_issuing_decision_seconds',
      help: 'Time from the arrival of an authorization request to its answer.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.25, 1.5, 1.75, 2],
      registers,
    });
    this.policyFailures = new Counter({
      name: 'turnpike_issuing_policy_failures_total',
      help: 'Policies that threw, took too long or answered nonsense.',
      labelNames: ['policy'],
      registers,
    });
    this.shadowDifferences = new Counter({
      name: 'turnpike_issuing_shadow_differences_total',
      help: 'Shadow policies that would have decided otherwise.',
      labelNames: ['policy'],
      registers,
    });
    this.mismatches = new Counter({
      name: 'turnpike_issuing_mismatches_total',
      help: 'Authorizations for which Stripe applied something else than was answered.',
      labelNames: ['reason'],
      registers,
    });
    this.spooled = new Gauge({
      name: 'turnpike_issuing_spooled_decisions',
      help: 'Decisions that are on disk and not in Postgres yet.',
      registers,
    });
  }
}
