/** The fields of the report of `jest --json` that are used. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Test files that could not run; the other numbers do not include their tests. */
  readonly numRuntimeErrorTestSuites: number;
  readonly wasInterrupted: boolean;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Counts a run of Jest without losing failures: a file that did not run is a failure, and so is a run that failed
 * without a failed test or without a report.
 */
export function countTests(report: JestReport | undefined, exitCode: number): TestCounts {
  if (report === undefined) return { passed: 0, failed: 1 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const unexplained = failed === 0 && (exitCode !== 0 || report.wasInterrupted);
  return { passed: report.numPassedTests, failed: unexplained ? 1 : failed };
}

/** Prints the last line and returns the exit code: a run without a passed test is a failure. */
export function conclude({ passed, failed }: TestCounts): number {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
