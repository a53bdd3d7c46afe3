import assert from 'node:assert/strict';
import type { PollPause } from '../../../../src/core/polling/pollPauses';
import type { PollerState } from '../../../../src/core/polling/polling';
import { viewMessage } from '../../../../src/core/labels/viewMessage';

const now = Date.UTC(2026, 0, 13, 12);

function message(
  state: Partial<PollerState>,
  more: { taskCount?: number; baseUrlProblem?: string } = {},
) {
  return viewMessage({
    state: { activeCount: 3, isPolling: false, checkedAt: now - 8000, pauses: [], ...state },
    taskCount: 5,
    now,
    host: 'cloud.example',
    formatTime: () => '14:05',
    ...more,
  });
}

function paused(pause: PollPause, more: Partial<PollerState> = {}) {
  return message({ pauses: [pause], ...more });
}

describe('the line above the rows', () => {
  it('says how fresh they are', () => {
    assert.equal(message({}), 'Updated 8 s ago · 3 active');
  });

  it('is shortest when they are fresh, so that it needs one line of a narrow side bar and no row jumps', () => {
    assert.equal(message({ checkedAt: now }), 'Updated now · 3 active');
  });

  it('says before the first answer that tasks are being checked', () => {
    assert.equal(message({ checkedAt: undefined }), 'Checking · 3 active');
  });

  it('is not there when nothing is active and nothing is wrong', () => {
    assert.equal(message({ activeCount: 0 }), '');
    const offline = { kind: 'network', until: now + 20_000 } as const;
    assert.equal(paused(offline, { activeCount: 0 }), '', 'which passes by itself');
  });

  it('says that another window polls and is not responding, whatever else it has said', () => {
    const expected =
      'Another window is not responding · 3 active. It polls for all windows; this one takes over if it stays silent.';
    assert.equal(message({ isLeaderSilent: true }), expected);
    assert.equal(paused({ kind: 'auth' }, { isLeaderSilent: true }), expected);
  });

  it('leaves an empty view to its welcome', () => {
    assert.equal(message({ pauses: [{ kind: 'auth' }] }, { taskCount: 0 }), '');
  });

  it('says that the key is rejected, and what to do, also when nothing is active', () => {
    const advice = 'cloud.example does not accept the API key. Set one that is valid there.';
    assert.equal(paused({ kind: 'auth' }), advice);
    assert.equal(paused({ kind: 'auth' }, { activeCount: 0 }), advice);
  });

  for (const [pause, expected] of [
    [{ kind: 'noKey' }, /^There is no API key for cloud\.example yet\. Set one/u],
    [{ kind: 'forbidden' }, /^cloud\.example says .* set another key\.$/u],
    [{ kind: 'forbidden', until: now + 600_000 }, /^cloud\.example says .* set another key\.$/u],
    [{ kind: 'payment', until: now + 600_000 }, /^cloud\.example says .* Add credits/u],
  ] as const)
    it(`says what to do about ${pause.kind}`, () => {
      assert.match(paused(pause), expected);
    });

  it('says until when the rate limit holds', () => {
    const pause: PollPause = { kind: 'rateLimited', until: now + 120_000 };
    assert.equal(paused(pause), 'Rate limited until 14:05 · 3 active');
  });

  it('says how long a short rate limit holds', () => {
    const pausedFor = (pauseMs: number) => paused({ kind: 'rateLimited', until: now + pauseMs });
    assert.equal(pausedFor(20_000), 'Rate limited, trying again in 20 s · 3 active');
    assert.equal(pausedFor(99_000), 'Rate limited, trying again in 99 s · 3 active');
    assert.equal(pausedFor(100_000), 'Rate limited, trying again in 2 min · 3 active');
    assert.equal(pausedFor(119_000), 'Rate limited, trying again in 2 min · 3 active');
    assert.equal(pausedFor(-10), 'Rate limited, trying again now · 3 active');
  });

  it('bears a short loss of the network without advice', () => {
    const pause: PollPause = { kind: 'network', until: now + 20_000 };
    assert.equal(paused(pause), 'Offline, trying again in 20 s · 3 active');
  });

  for (const checkedAt of [undefined, now - 30_000])
    it(`says what to do when the network is gone and the last check was ${checkedAt ? 'long ago' : 'never'}`, () => {
      const pause: PollPause = { kind: 'network', until: now + 120_000 };
      assert.match(
        paused(pause, { checkedAt }),
        /^Offline, trying again in 2 min · 3 active\. cloud\.example cannot be reached\. Check/u,
      );
    });

  for (const [kind, expected] of [
    ['server', 'Server trouble, trying again in 20 s · 3 active'],
    ['timeout', 'No answer, trying again in 20 s · 3 active'],
    ['badAnswer', 'Unusable answer, trying again in 20 s · 3 active'],
  ] as const)
    it(`names ${kind}`, () => {
      assert.equal(paused({ kind, until: now + 20_000 }), expected);
    });

  it('says what to check when the answers have not been the API’s for long', () => {
    const pause: PollPause = { kind: 'badAnswer', until: now + 20_000 };
    assert.match(
      paused(pause, { checkedAt: now - 60_000 }),
      /^Unusable answer, trying again in 20 s · 3 active\. Something between you and cloud\.example answered/u,
    );
  });

  it('names the API version that is not served, at once', () => {
    const pause: PollPause = { kind: 'notServed', apiVersion: 'v1', until: now + 600_000 };
    assert.match(
      paused(pause),
      /^Updated 8 s ago · 3 active\. API v1 is not served at cloud\.example\. Check/u,
    );
  });

  it('does not say that all is well while another try is under way', () => {
    const pause: PollPause = { kind: 'network', until: now - 10 };
    assert.equal(paused(pause), 'Offline, trying again now · 3 active');
  });

  it('says what is wrong with the base URL before all else', () => {
    const problem = 'The base URL is empty.';
    assert.equal(
      message({ pauses: [{ kind: 'noKey' }] }, { baseUrlProblem: problem }),
      'The base URL is empty. Change it in the settings.',
    );
    assert.equal(
      message({}, { baseUrlProblem: problem, taskCount: 0 }),
      'The base URL is empty. Change it in the settings.',
      'in place of a welcome that asks for an API key',
    );
  });
});
