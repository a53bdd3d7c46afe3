import assert from 'node:assert/strict';
import { CloudError, type CloudErrorKind } from '../../../src/core/errors';
import { PollHolds } from '../../../src/core/pollHolds';

const now = Date.UTC(2026, 0, 13, 12);
const minute = 60_000;
const hour = 60 * minute;

function failure(kind: CloudErrorKind, retryAfterMs?: number): CloudError {
  return new CloudError(kind, kind, { retryAfterMs });
}

describe('PollHolds', () => {
  let holds: PollHolds;

  beforeEach(() => {
    holds = new PollHolds();
  });

  it('holds everything for a rate limit as long as the server says, from two seconds to an hour', () => {
    for (const [retryAfterMs, expectedMs] of [
      [undefined, minute],
      [5000, 5000],
      [0, 2000],
      [24 * hour, hour],
    ] as const) {
      holds.clear();
      holds.takeIn(failure('rateLimited', retryAfterMs), 'v2', now);
      assert.deepEqual(holds.general, { kind: 'rateLimited', until: now + expectedMs });
    }
  });

  it('keeps the longer of two rate limits', () => {
    holds.takeIn(failure('rateLimited', 20_000), 'v2', now);
    holds.takeIn(failure('rateLimited', 5000), 'v2', now);
    assert.equal(holds.general?.until, now + 20_000);
  });

  it('keeps what only a person can put right when a rate limit comes in the same round', () => {
    for (const kind of ['auth', 'forbidden', 'noKey', 'payment'] as const) {
      holds.clear();
      holds.takeIn(failure(kind), 'v2', now);
      holds.takeIn(failure('rateLimited'), 'v2', now);
      assert.equal(holds.general?.kind, kind);
      holds.dropForRefresh();
      assert.equal(holds.general, undefined, 'and a person may try again');
    }
  });

  it('has no end for a refused key, and one for credits', () => {
    for (const kind of ['auth', 'forbidden', 'noKey'] as const) {
      holds.takeIn(failure(kind), 'v2', now);
      assert.deepEqual(holds.general, { kind });
    }
    holds.takeIn(failure('payment'), 'v2', now);
    assert.deepEqual(holds.general, { kind: 'payment', until: now + 10 * minute });
  });

  it('holds only the API version that is not served, for ten minutes', () => {
    holds.takeIn(failure('notServed'), 'v1', now);
    assert.equal(holds.general, undefined);
    assert.equal(holds.ofVersion('v2'), undefined);
    assert.deepEqual(holds.all(), [
      { kind: 'notServed', until: now + 10 * minute, apiVersion: 'v1' },
    ]);
    holds.dropPassed(now + 10 * minute - 1);
    assert.equal(holds.all().length, 1);
    holds.dropPassed(now + 10 * minute);
    assert.deepEqual(holds.all(), []);
  });

  it('holds nothing for a failure of one task', () => {
    for (const kind of ['taskNotFound', 'invalidRequest', 'server', 'network'] as const)
      holds.takeIn(failure(kind), 'v2', now);
    assert.deepEqual(holds.all(), []);
  });

  it('tells of a hold that has passed until something works', () => {
    holds.hold('network', 4000, now);
    holds.dropPassed(now + 3999);
    assert.deepEqual(holds.general, { kind: 'network', until: now + 4000 });
    holds.dropPassed(now + 4000);
    assert.equal(holds.general, undefined);
    assert.deepEqual(holds.all(), [{ kind: 'network', until: now + 4000 }]);
    holds.noteSuccess();
    assert.deepEqual(holds.all(), []);
  });

  it('drops the pause after failures, but neither a rate limit nor a refused key', () => {
    assert.equal(holds.dropBackoff(), false);
    holds.hold('network', 4000, now);
    assert.equal(holds.dropBackoff(), true);
    assert.equal(holds.general, undefined);
    for (const kind of ['rateLimited', 'auth'] as const) {
      holds.clear();
      holds.takeIn(failure(kind), 'v2', now);
      assert.equal(holds.dropBackoff(), false);
      assert.equal(holds.all()[0]?.kind, kind);
    }
  });

  it('lets only a rate limit stand when a person refreshes', () => {
    holds.takeIn(failure('rateLimited'), 'v2', now);
    holds.takeIn(failure('notServed'), 'v1', now);
    holds.dropForRefresh();
    assert.deepEqual(holds.all(), [{ kind: 'rateLimited', until: now + minute }]);
  });

  it('makes no pause longer where the wall clock is set back while questions are under way', () => {
    holds.takeIn(failure('rateLimited'), 'v2', now);
    holds.takeIn(failure('notServed'), 'v1', now);
    holds.dropPassed(now - hour);
    assert.equal(holds.general?.until, now - hour + minute);
    assert.equal(holds.ofVersion('v1')?.until, now - hour + 10 * minute);
    holds.dropPassed(now - hour + minute);
    assert.equal(holds.general, undefined);
  });

  it('keeps what was left of a pause when it is told by how much the clock was set', () => {
    holds.takeIn(failure('rateLimited'), 'v2', now);
    holds.shift(-hour);
    holds.dropPassed(now - hour);
    assert.equal(holds.general?.until, now - hour + minute);
    holds.takeIn(failure('auth'), 'v2', now - hour);
    holds.shift(5000);
    assert.deepEqual(holds.general, { kind: 'auth' });
  });

  it('forgets everything', () => {
    holds.takeIn(failure('notServed'), 'v1', now);
    holds.hold('network', 4000, now);
    holds.dropPassed(now + 4000);
    holds.hold('network', 4000, now + 4000);
    holds.clear();
    assert.deepEqual(holds.all(), []);
  });
});
