/** What is read of the report that `jest --json` writes. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Test files that could not be run at all, whose tests are in none of the other numbers. */
  readonly numRuntimeErrorTestSuites: number;
  readonly wasInterrupted: boolean;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Counts one run of Jest so that no failure is lost: a file that did not run is one, and so is a run that
 * ended badly without saying which test it was, or without a report.
 */
export function countTests(report: JestReport | undefined, exitCode: number): TestCounts {
  if (report === undefined) return { passed: 0, failed: 1 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const unexplained = failed === 0 && (exitCode !== 0 || report.wasInterrupted);
  return { passed: report.numPassedTests, failed: unexplained ? 1 : failed };
}

/** Prints the closing line, and gives the exit code: a run in which nothing passed is no success. */
export function conclude({ passed, failed }: TestCounts): number {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
