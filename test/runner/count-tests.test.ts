import { describe, expect, it } from '@jest/globals';
import { countTests } from './count-tests.ts';

const report = {
  numPassedTests: 7,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  wasInterrupted: false,
};

describe('countTests()', () => {
  it('counts tests', () => {
    expect(countTests(report, 0)).toEqual({ passed: 7, failed: 0 });
    expect(countTests({ ...report, numFailedTests: 2 }, 1)).toEqual({ passed: 7, failed: 2 });
  });

  it('counts a file that could not run as a failure', () => {
    expect(countTests({ ...report, numRuntimeErrorTestSuites: 1 }, 1)).toEqual({ passed: 7, failed: 1 });
  });

  it('counts a failed run without a failed test as a failure', () => {
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
    expect(countTests(report, 130)).toEqual({ passed: 7, failed: 1 });
    expect(countTests({ ...report, wasInterrupted: true }, 0)).toEqual({ passed: 7, failed: 1 });
  });
});
