import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { CloudError } from '../../../src/core/cloud/errors';

/** A key that must not be seen anywhere. */
export const canaryKey = 'bu_canary_0123456789abcdefXYZ';

/** Fails if any way to inspect a value shows the key, or half of it. */
export function assertNoKey(value: unknown): void {
  const seen = [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    String(value),
    JSON.stringify(value) ?? '',
  ];
  for (let error = value; error instanceof Error; error = error.cause) {
    seen.push(error.message, error.stack ?? '', ...Object.values(error).map(String));
  }
  for (const text of seen) assert.doesNotMatch(text, /bu_canary|0123456789abcdef|cdefXYZ/);
}

/** The failure of a call, which must be a `CloudError` that shows nothing of the key. */
export async function failureOf(call: Promise<unknown>): Promise<CloudError> {
  const error = await rejectionOf(call);
  assert.equal(error.name, 'CloudError', inspect(error));
  return error as CloudError;
}

/** The rejection of a call, which must be an error that shows nothing of the key. */
export async function rejectionOf(call: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await call.then(
    (value) => assert.fail(`did not reject but gave ${inspect(value)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof Error);
  if (outcome instanceof assert.AssertionError) throw outcome;
  assertNoKey(outcome);
  return outcome;
}
