import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every counter and histogram; docs/operations.md lists them. Gauges that need a query register themselves. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly deliveries = this.counter(
    'turnpike_deliveries_total',
    'Answered deliveries by endpoint, status and reason code.',
    ['endpoint', 'status', 'reason'],
  );
  readonly misroutedEvents = this.counter(
    'turnpike_misrouted_events_total',
    'Genuine events that arrived at the endpoint of another source.',
    ['endpoint', 'source'],
  );
  readonly retiredSecretUses = this.counter(
    'turnpike_retired_secret_uses_total',
    'Deliveries signed only with a secret that is not the newest of its endpoint.',
    ['endpoint', 'secret'],
  );
  readonly events = this.counter('turnpike_events_total', 'Deliveries that reached the store.', [
    'source',
    'outcome',
  ]);
  readonly ingestSeconds = this.histogram(
    'turnpike_ingest_seconds',
    'Time from the verified event to its commit.',
    [],
  );
  readonly ingestBatchSize = new Histogram({
    name: 'turnpike_ingest_batch_events',
    help: 'Events committed together in one statement.',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers: [this.registry],
  });
  readonly handlerSeconds = this.histogram('turnpike_handler_seconds', 'Duration of one handler attempt.', [
    'handler',
    'outcome',
  ]);
  readonly runsFinished = this.counter('turnpike_runs_finished_total', 'Runs that came to an end.', [
    'handler',
    'status',
  ]);
  readonly enqueueFailures = this.counter(
    'turnpike_enqueue_failures_total',
    'Runs that Redis did not take at once; the sweeper queues them later.',
    [],
  );
  readonly sweptRuns = this.counter(
    'turnpike_swept_runs_total',
    'Runs that the sweeper queued again (overdue) or took from a lost worker (lost).',
    ['reason'],
  );

  readonly adminRefused = this.counter(
    'turnpike_admin_refused_total',
    'Refused requests to admin routes: no_key, wrong_key, scope, account, cross_site, rate.',
    ['reason'],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  private counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private histogram<L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }
}
