import { writeSync } from 'node:fs';

/** Ends the run with one plain line that people and CI can read: `12 passed, 0 failed`, and `, 3 skipped` if any. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A file that could not even be loaded has no tests to count, and is a failure all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const counts = [`${results.numPassedTests} passed`, `${failed} failed`];
    if (skipped > 0) counts.push(`${skipped} skipped`);
    // Jest's own summary and the global teardown come after this, and nothing may be written through streams then.
    process.once('exit', () => writeSync(1, `\n${counts.join(', ')}\n`));
  }
}
