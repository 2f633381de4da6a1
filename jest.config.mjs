// Nest 12 and some of its dependencies are ESM-only, and Jest cannot `require` ESM on Node 20. So swc compiles
// our TypeScript and exactly those packages to CommonJS; --experimental-vm-modules is not needed.
const swc = (syntax) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: syntax === 'ts' ? { syntax: 'typescript', decorators: true } : { syntax: 'ecmascript' },
      ...(syntax === 'ts' && {
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      }),
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: syntax === 'ts' ? 'inline' : false,
  },
];
const esmOnly = [
  '@nestjs/[^/]+',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer/inflate',
  '@borewit/text-codec',
  'fast-check',
  'pure-rand',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': swc('ts'), 'node_modules/.+\\.m?js$': swc('js') },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  globalSetup: '<rootDir>/test/harness/global-setup.ts',
  globalTeardown: '<rootDir>/test/harness/global-teardown.ts',
  setupFiles: ['<rootDir>/test/harness/setup.ts'],
  reporters: ['default', '<rootDir>/test/harness/summary-reporter.mjs'],
  // Only what hangs is to fail by it, also on a machine that is ten times slower.
  testTimeout: 120_000,
  maxWorkers: 3,
  // An application that failed to start keeps its connections; the run must end all the same.
  forceExit: true,
};
