import assert from 'node:assert/strict';
import {
  asksForPause,
  CloudError,
  concernsAll,
  isAbort,
  isCloudError,
  isErrorKind,
} from '../../../../src/core/cloud/errors';

describe('CloudError', () => {
  it('says what went wrong, and what the answer told', () => {
    const error = new CloudError('rateLimited', 'Slow down', { status: 429, retryAfterMs: 5000 });
    assert.deepEqual(
      [error.kind, error.message, error.status, error.retryAfterMs],
      ['rateLimited', 'Slow down', 429, 5000],
    );
    const { status, retryAfterMs } = new CloudError('network', 'Gone');
    assert.deepEqual([status, retryAfterMs], [undefined, undefined]);
  });

  it('is known by its name, as each bundle has a class of its own', () => {
    assert.equal(isCloudError(new CloudError('server', 'x')), true);
    assert.equal(isCloudError(Object.assign(new Error('x'), { name: 'CloudError' })), true);
    assert.equal(isCloudError(new Error('x')), false);
    assert.equal(isCloudError({ name: 'CloudError' }), false);
  });
});

describe('isAbort', () => {
  it('knows the rejection of an aborted call', () => {
    const controller = new AbortController();
    controller.abort();
    assert.equal(isAbort(controller.signal.reason), true);
    assert.equal(isAbort(new Error('x')), false);
    assert.equal(isAbort({ name: 'AbortError' }), false);
  });
});

describe('isErrorKind', () => {
  it('knows the kinds and nothing else', () => {
    for (const kind of ['auth', 'noKey', 'badAnswer']) assert.equal(isErrorKind(kind), true);
    for (const other of ['', 'Auth', undefined, 1]) assert.equal(isErrorKind(other), false);
  });
});

describe('asksForPause', () => {
  it('is true of a rate limit, whether or not the server names a time', () => {
    for (const retryAfterMs of [undefined, 0, 5000])
      assert.equal(asksForPause(new CloudError('rateLimited', 'x', { retryAfterMs })), true);
  });

  it('is true of another failure only with a time', () => {
    for (const kind of ['server', 'badAnswer', 'auth'] as const) {
      assert.equal(asksForPause(new CloudError(kind, 'x')), false);
      assert.equal(asksForPause(new CloudError(kind, 'x', { retryAfterMs: 0 })), true);
    }
  });

  it('is never true where only a free slot is missing', () => {
    for (const retryAfterMs of [undefined, 5000])
      assert.equal(asksForPause(new CloudError('noFreeSlot', 'x', { retryAfterMs })), false);
  });
});

describe('concernsAll', () => {
  it('is true of what every other request would meet', () => {
    for (const kind of ['network', 'redirect'] as const)
      assert.equal(concernsAll(new CloudError(kind, 'x')), true);
    for (const kind of ['server', 'timeout', 'tooLarge', 'badAnswer'] as const)
      assert.equal(concernsAll(new CloudError(kind, 'x')), false);
  });
});
