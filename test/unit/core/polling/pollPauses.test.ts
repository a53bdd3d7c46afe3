import assert from 'node:assert/strict';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import { PollPauses } from '../../../../src/core/polling/pollPauses';

const now = Date.UTC(2026, 0, 13, 12);
const minute = 60_000;
const hour = 60 * minute;

function failure(kind: CloudErrorKind, retryAfterMs?: number): CloudError {
  return new CloudError(kind, kind, { retryAfterMs });
}

describe('PollPauses', () => {
  let pauses: PollPauses;

  beforeEach(() => {
    pauses = new PollPauses();
  });

  it('holds everything for a rate limit as long as the server says, from two seconds to an hour', () => {
    for (const [retryAfterMs, expectedMs] of [
      [undefined, minute],
      [5000, 5000],
      [0, 2000],
      [24 * hour, hour],
    ] as const) {
      pauses.clear();
      pauses.takeIn(failure('rateLimited', retryAfterMs), 'v2', now);
      assert.deepEqual(pauses.general, { kind: 'rateLimited', until: now + expectedMs });
    }
  });

  it('keeps the longer of two rate limits', () => {
    pauses.takeIn(failure('rateLimited', 20_000), 'v2', now);
    pauses.takeIn(failure('rateLimited', 5000), 'v2', now);
    assert.equal(pauses.general?.until, now + 20_000);
  });

  it('keeps what only a person can put right when a rate limit comes in the same round', () => {
    for (const kind of ['auth', 'noKey', 'payment'] as const) {
      pauses.clear();
      pauses.takeIn(failure(kind), 'v2', now);
      pauses.takeIn(failure('rateLimited'), 'v2', now);
      assert.equal(pauses.general?.kind, kind);
      pauses.dropForRefresh();
      assert.equal(pauses.general, undefined, 'and a person may try again');
    }
  });

  it('has no end for a rejected key, and one for credits', () => {
    for (const kind of ['auth', 'noKey'] as const) {
      pauses.takeIn(failure(kind), 'v2', now);
      assert.deepEqual(pauses.general, { kind });
    }
    pauses.takeIn(failure('payment'), 'v2', now);
    assert.deepEqual(pauses.general, { kind: 'payment', until: now + 10 * minute });
  });

  it('holds only the API version that is not served, for half a minute, then longer each time', () => {
    pauses.takeIn(failure('notServed'), 'v1', now);
    assert.equal(pauses.general, undefined);
    assert.equal(pauses.ofVersion('v2'), undefined);
    assert.deepEqual(pauses.all(), [{ kind: 'notServed', until: now + 30_000, apiVersion: 'v1' }]);
    pauses.takeIn(failure('notServed'), 'v1', now);
    assert.equal(pauses.all()[0]?.until, now + 30_000, 'once for all that were under way');
    pauses.dropPassed(now + 30_000 - 1);
    assert.equal(pauses.all().length, 1);
    let at = now;
    const intervals: number[] = [];
    for (let time = 0; time < 7; time++) {
      const until = pauses.ofVersion('v1')?.until ?? 0;
      intervals.push((until - at) / 1000);
      at = until;
      pauses.dropPassed(at);
      assert.deepEqual(pauses.all(), []);
      pauses.takeIn(failure('notServed'), 'v1', at);
    }
    assert.deepEqual(intervals, [30, 60, 120, 240, 480, 600, 600]);
    pauses.dropPassed(at + hour);
    pauses.noteServed('v1');
    pauses.takeIn(failure('notServed'), 'v1', at + hour);
    assert.equal(
      pauses.ofVersion('v1')?.until,
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
        () => pauses.takeIn(failure(kind, retryAfterMs), 'v2', now),
        () => pauses.takeInOfList(failure(kind, retryAfterMs), now),
      ]) {
        pauses.clear();
        takeIn();
        assert.deepEqual(pauses.general, expected);
        assert.equal(pauses.dropBackoff(), false);
        pauses.dropForRefresh();
        assert.deepEqual(pauses.general, expected);
      }
    }
  });

  it('does not wait because all sessions are taken', () => {
    pauses.takeIn(failure('noFreeSlot', minute), 'v2', now);
    assert.deepEqual(pauses.all(), []);
  });

  it('takes no word of a list for the key, the credits or the API version', () => {
    for (const kind of ['auth', 'forbidden', 'payment', 'notServed'] as const)
      pauses.takeInOfList(failure(kind), now);
    assert.deepEqual(pauses.all(), []);
    pauses.takeInOfList(failure('rateLimited'), now);
    assert.equal(pauses.general?.kind, 'rateLimited');
    pauses.clear();
    pauses.takeInOfList(failure('noKey'), now);
    assert.deepEqual(pauses.general, { kind: 'noKey' });
  });

  it('holds nothing for a failure of one task', () => {
    for (const kind of [
      'taskNotFound',
      'invalidRequest',
      'forbidden',
      'server',
      'network',
    ] as const)
      pauses.takeIn(failure(kind), 'v2', now);
    assert.deepEqual(pauses.all(), []);
  });

  it('tells of a pause that has passed until something works', () => {
    pauses.pause('network', 4000, now);
    pauses.dropPassed(now + 3999);
    assert.deepEqual(pauses.general, { kind: 'network', until: now + 4000 });
    pauses.dropPassed(now + 4000);
    assert.equal(pauses.general, undefined);
    assert.deepEqual(pauses.all(), [{ kind: 'network', until: now + 4000 }]);
    pauses.noteSuccess();
    assert.deepEqual(pauses.all(), []);
  });

  it('drops the pause after failures, but neither a rate limit nor a refused key', () => {
    assert.equal(pauses.dropBackoff(), false);
    pauses.pause('network', 4000, now);
    assert.equal(pauses.dropBackoff(), true);
    assert.equal(pauses.general, undefined);
    for (const kind of ['rateLimited', 'auth'] as const) {
      pauses.clear();
      pauses.takeIn(failure(kind), 'v2', now);
      assert.equal(pauses.dropBackoff(), false);
      assert.equal(pauses.all()[0]?.kind, kind);
    }
  });

  it('lets only a rate limit stand when a person refreshes', () => {
    pauses.takeIn(failure('rateLimited'), 'v2', now);
    pauses.takeIn(failure('notServed'), 'v1', now);
    pauses.dropForRefresh();
    assert.deepEqual(pauses.all(), [{ kind: 'rateLimited', until: now + minute }]);
  });

  it('makes no pause longer where the wall clock is set back while questions are under way', () => {
    pauses.takeIn(failure('rateLimited'), 'v2', now);
    pauses.takeIn(failure('notServed'), 'v1', now);
    pauses.dropPassed(now - hour);
    assert.equal(pauses.general?.until, now - hour + minute);
    assert.equal(pauses.ofVersion('v1')?.until, now - hour + 30_000);
    pauses.dropPassed(now - hour + minute);
    assert.equal(pauses.general, undefined);
  });

  it('keeps what was left of a pause when it is told by how much the clock was set', () => {
    pauses.takeIn(failure('rateLimited'), 'v2', now);
    pauses.shift(-hour);
    pauses.dropPassed(now - hour);
    assert.equal(pauses.general?.until, now - hour + minute);
    pauses.takeIn(failure('auth'), 'v2', now - hour);
    pauses.shift(5000);
    assert.deepEqual(pauses.general, { kind: 'auth' });
  });

  it('forgets everything', () => {
    pauses.takeIn(failure('notServed'), 'v1', now);
    pauses.pause('network', 4000, now);
    pauses.dropPassed(now + 4000);
    pauses.pause('network', 4000, now + 4000);
    pauses.clear();
    assert.deepEqual(pauses.all(), []);
  });
});
