import assert from 'node:assert/strict';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import { PollHolds } from '../../../../src/core/polling/pollHolds';

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
    for (const kind of ['auth', 'noKey', 'payment'] as const) {
      holds.clear();
      holds.takeIn(failure(kind), 'v2', now);
      holds.takeIn(failure('rateLimited'), 'v2', now);
      assert.equal(holds.general?.kind, kind);
      holds.dropForRefresh();
      assert.equal(holds.general, undefined, 'and a person may try again');
    }
  });

  it('has no end for a rejected key, and one for credits', () => {
    for (const kind of ['auth', 'noKey'] as const) {
      holds.takeIn(failure(kind), 'v2', now);
      assert.deepEqual(holds.general, { kind });
    }
    holds.takeIn(failure('payment'), 'v2', now);
    assert.deepEqual(holds.general, { kind: 'payment', until: now + 10 * minute });
  });

  it('holds only the API version that is not served, for half a minute, then longer each time', () => {
    holds.takeIn(failure('notServed'), 'v1', now);
    assert.equal(holds.general, undefined);
    assert.equal(holds.ofVersion('v2'), undefined);
    assert.deepEqual(holds.all(), [{ kind: 'notServed', until: now + 30_000, apiVersion: 'v1' }]);
    holds.takeIn(failure('notServed'), 'v1', now);
    assert.equal(holds.all()[0]?.until, now + 30_000, 'once for all that were under way');
    holds.dropPassed(now + 30_000 - 1);
    assert.equal(holds.all().length, 1);
    let at = now;
    const pauses: number[] = [];
    for (let time = 0; time < 7; time++) {
      const until = holds.ofVersion('v1')?.until ?? 0;
      pauses.push((until - at) / 1000);
      at = until;
      holds.dropPassed(at);
      assert.deepEqual(holds.all(), []);
      holds.takeIn(failure('notServed'), 'v1', at);
    }
    assert.deepEqual(pauses, [30, 60, 120, 240, 480, 600, 600]);
    holds.dropPassed(at + hour);
    holds.noteServed('v1');
    holds.takeIn(failure('notServed'), 'v1', at + hour);
    assert.equal(
      holds.ofVersion('v1')?.until,
      at + hour + 30_000,
      'as at first, once it is served',
    );
  });

  it('waits as long as any answer says, from two seconds to an hour, whoever comes', () => {
    for (const [kind, retryAfterMs, expectedKind, expectedMs] of [
      ['server', 2 * minute, 'server', 2 * minute],
      ['badAnswer', 5000, 'badAnswer', 5000],
      ['server', 24 * hour, 'server', hour],
      ['forbidden', 0, 'rateLimited', 2000],
      ['taskNotFound', 9000, 'rateLimited', 9000],
    ] as const) {
      const expected = { kind: expectedKind, until: now + expectedMs };
      for (const takeIn of [
        () => holds.takeIn(failure(kind, retryAfterMs), 'v2', now),
        () => holds.takeInOfList(failure(kind, retryAfterMs), now),
      ]) {
        holds.clear();
        takeIn();
        assert.deepEqual(holds.general, expected);
        assert.equal(holds.dropBackoff(), false);
        holds.dropForRefresh();
        assert.deepEqual(holds.general, expected);
      }
    }
  });

  it('does not wait because all sessions are taken', () => {
    holds.takeIn(failure('noFreeSlot', minute), 'v2', now);
    assert.deepEqual(holds.all(), []);
  });

  it('takes no word of a list for the key, the credits or the API version', () => {
    for (const kind of ['auth', 'forbidden', 'payment', 'notServed'] as const)
      holds.takeInOfList(failure(kind), now);
    assert.deepEqual(holds.all(), []);
    holds.takeInOfList(failure('rateLimited'), now);
    assert.equal(holds.general?.kind, 'rateLimited');
    holds.clear();
    holds.takeInOfList(failure('noKey'), now);
    assert.deepEqual(holds.general, { kind: 'noKey' });
  });

  it('holds nothing for a failure of one task', () => {
    for (const kind of [
      'taskNotFound',
      'invalidRequest',
      'forbidden',
      'server',
      'network',
    ] as const)
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
    assert.equal(holds.ofVersion('v1')?.until, now - hour + 30_000);
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
