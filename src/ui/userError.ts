import type { NextStep } from '../core/labels/errorMessage';

/** A failure that has words for the user already. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly nextStep: NextStep | undefined;

  /** @param message a sentence that says what to do */
  constructor(message: string, nextStep?: NextStep) {
    super(message);
    this.nextStep = nextStep;
  }
}
