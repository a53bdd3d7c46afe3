/** What a route answers, before any fault is laid over it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** An answer without a body, for 204. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: Buffer.alloc(0) };
}

/** One entry of the API's 422 answers. */
export interface ValidationProblem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/**
 * Thrown by a route to answer with an error. `detail` is a sentence, the list of problems of a 422, or the object of one of
 * v4's 402.
 * @see cloud-api.md §5; cloud-api-v3-v4.md §7
 */
export class ErrorAnswer extends Error {
  override readonly name = 'ErrorAnswer';
  readonly answer: Answer;

  constructor(
    status: number,
    detail: string | readonly ValidationProblem[] | Readonly<Record<string, unknown>>,
  ) {
    super(`${status}`);
    this.answer = jsonAnswer(status, { detail });
  }
}

/** A 422 for one value. */
export function invalid(loc: readonly (string | number)[], type: string, msg: string): ErrorAnswer {
  return new ErrorAnswer(422, [{ loc, msg, type }]);
}
