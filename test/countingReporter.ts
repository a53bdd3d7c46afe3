import * as fs from 'node:fs';
import { reporters, Runner, type MochaOptions } from 'mocha';

/** How a suite ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The environment variable with the file that a suite's counts go to. */
export const countsFileVariable = 'BROWSER_USE_TASKS_COUNTS';

/**
 * Mocha's usual report, and the counts as JSON in the file that `BROWSER_USE_TASKS_COUNTS` names.
 * A suite that dies before its end leaves no file.
 */
export default class CountingReporter extends reporters.Spec {
  constructor(runner: Runner, options?: MochaOptions) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env[countsFileVariable];
      if (!file) return;
      const { passes, failures, pending } = this.stats;
      const counts: Counts = { passed: passes, failed: failures, skipped: pending };
      fs.writeFileSync(file, JSON.stringify(counts));
    });
  }
}
