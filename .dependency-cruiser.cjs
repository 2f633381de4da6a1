/** The import rules of docs/architecture.md: one way in, one way down, no cycles. */
const ways = '^src/(direct-webhooks|connect-webhooks|combined-webhooks|app-backend|issuing-authorizations)/';
const base = '^src/(config|timing|logging|metrics|http|database|stripe|queues|outbox|mail|redaction)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-unresolved-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'base-stays-below',
      comment:
        'config, timing, logging, metrics, http, database, stripe, queues, outbox, mail and redaction know nothing of events',
      severity: 'error',
      from: { path: base },
      to: { path: '^src/', pathNot: base },
    },
    {
      name: 'signature-on-base-only',
      severity: 'error',
      from: { path: '^src/signature/' },
      to: { path: '^src/', pathNot: [base, '^src/signature/'] },
    },
    {
      name: 'event-handlers-stand-alone',
      comment: 'the public API for teams drags in nothing',
      severity: 'error',
      from: { path: '^src/event-handlers/' },
      to: { path: '^src/', pathNot: '^src/event-handlers/' },
    },
    {
      name: 'event-store-on-base-only',
      severity: 'error',
      from: { path: '^src/event-store/' },
      to: { path: '^src/', pathNot: [base, '^src/event-store/'] },
    },
    {
      name: 'event-processing-goes-down',
      severity: 'error',
      from: { path: '^src/event-processing/' },
      to: { path: '^src/', pathNot: [base, '^src/(event-processing|event-store|event-handlers)/'] },
    },
    {
      name: 'ways-in-go-down',
      comment: 'a way in uses signature, event-processing and the base; never another way in',
      severity: 'error',
      from: { path: ways, pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          base,
          '^src/(signature|event-store|event-processing|admin-access)/',
          '^src/event-handlers/index\\.ts$',
          '^src/$1/',
        ],
      },
    },
    {
      name: 'features-use-the-public-api',
      comment:
        'a feature sees src/event-handlers/index.ts, not what is behind it, and of another feature its index.ts at most',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/features/$1/',
          '^src/features/[^/]+/index\\.ts$',
          '^src/(event-handlers|app-backend|issuing-authorizations|admin-access)/index\\.ts$',
          '^src/http/(page|problem|request-validation|(described|field|page-limit)\\.decorator)\\.ts$',
          '^src/testing/index\\.ts$', // their specs: see testing-kit-on-top
          '^src/(config|logging|metrics|database|stripe|mail)/',
        ],
      },
    },
    {
      name: 'nobody-uses-features',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(features/|app\\.module|testing/worker\\.main)' },
      to: { path: '^src/features/' },
    },
    {
      name: 'embedded-stands-alone',
      severity: 'error',
      from: { path: '^src/embedded/' },
      to: { path: '^src/', pathNot: '^src/(embedded|config)/' },
    },
    {
      name: 'factories-stand-alone',
      severity: 'error',
      from: { path: '^src/event-factories/' },
      to: { path: '^src/', pathNot: '^src/event-factories/' },
    },
    {
      name: 'testing-kit-on-top',
      comment: 'the testing kit may use everything; only specs may use it, and the build leaves it out',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: ['^src/testing/', '\\.spec\\.ts$'] },
      to: { path: '^src/testing/' },
    },
    {
      name: 'clients-import-nothing',
      comment: 'they are copied into other projects',
      severity: 'error',
      from: { path: '^clients/' },
      to: {},
    },
    {
      name: 'admin-access-on-base-only',
      severity: 'error',
      from: { path: '^src/admin-access/' },
      to: { path: '^src/', pathNot: [base, '^src/admin-access/'] },
    },
    {
      name: 'event-replay-goes-down',
      severity: 'error',
      from: { path: '^src/event-replay/' },
      to: {
        path: '^src/',
        pathNot: [base, '^src/(event-replay|event-processing|event-store|event-handlers)/'],
      },
    },
    {
      name: 'event-erasure-goes-down',
      severity: 'error',
      from: { path: '^src/event-erasure/' },
      to: {
        path: '^src/',
        pathNot: [base, '^src/(event-erasure|event-store|event-handlers|admin-access)/'],
      },
    },
    {
      name: 'operator-alerts-on-base-only',
      comment: 'it asks the tables, and so needs nobody who fills them',
      severity: 'error',
      from: { path: '^src/operator-alerts/' },
      to: { path: '^src/', pathNot: [base, '^src/operator-alerts/'] },
    },
    {
      name: 'admin-goes-down',
      comment: 'a part of the admin API sees no other part, except which events are asked for',
      severity: 'error',
      from: { path: '^src/admin/([^/]+)/' },
      to: {
        path: '^src/',
        pathNot: [
          base,
          '^src/admin/($1|event-filter)/',
          '^src/(admin-access|signature|event-erasure|event-replay|operator-alerts|event-processing|event-store|event-handlers)/',
        ],
      },
    },
    {
      name: 'product-without-tests',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^test/|\\.spec\\.ts$)' },
    },
    {
      name: 'production-dependencies-only',
      severity: 'error',
      from: {
        path: '^(src|migrations)/',
        pathNot: ['\\.spec\\.ts$', '^src/testing/typescript-loader\\.mjs$'],
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
