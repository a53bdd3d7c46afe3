import assert from 'node:assert/strict';
import type { PollHold } from '../../../src/core/pollHolds';
import type { PollerState } from '../../../src/core/taskPoller';
import { viewWords } from '../../../src/core/viewWords';

const now = Date.UTC(2026, 0, 13, 12);

function words(
  state: Partial<PollerState>,
  more: { taskCount?: number; baseUrlProblem?: string } = {},
) {
  return viewWords({
    state: { activeCount: 3, isLooking: false, lookedAt: now - 8000, holds: [], ...state },
    taskCount: 5,
    now,
    host: 'cloud.example',
    timeWords: () => '14:05',
    ...more,
  });
}

function held(hold: PollHold, more: Partial<PollerState> = {}) {
  return words({ holds: [hold], ...more });
}

describe('the words around the rows', () => {
  it('say how fresh they are', () => {
    assert.deepEqual(words({}), { description: 'updated 8 s ago · 3 active', message: '' });
  });

  it('say before the first answer that looks are under way', () => {
    assert.equal(words({ lookedAt: undefined }).description, 'looking · 3 active');
  });

  it('say when nothing is asked for, as nothing is active', () => {
    assert.deepEqual(words({ activeCount: 0 }), { description: 'none active', message: '' });
  });

  it('leave an empty view to its welcome', () => {
    const hold: PollHold = { kind: 'auth' };
    assert.deepEqual(words({ holds: [hold] }, { taskCount: 0 }), { description: '', message: '' });
  });

  it('say that the key is rejected, and what to do', () => {
    const { description, message } = held({ kind: 'auth' });
    assert.equal(description, 'key rejected · 3 active');
    assert.equal(
      message,
      'cloud.example does not accept the API key. Set one that is valid there.',
    );
  });

  it('keep saying so when nothing is active', () => {
    assert.equal(held({ kind: 'auth' }, { activeCount: 0 }).description, 'key rejected · 0 active');
  });

  it('say until when the rate limit holds', () => {
    const { description, message } = held({ kind: 'rateLimited', until: now + 60_000 });
    assert.equal(description, 'rate limited until 14:05 · 3 active');
    assert.equal(message, '');
  });

  it('bear a short loss of the network without a message', () => {
    const { description, message } = held({ kind: 'network', until: now + 20_000 });
    assert.equal(description, 'offline, trying again in 20 s · 3 active');
    assert.equal(message, '');
  });

  for (const lookedAt of [undefined, now - 60_000])
    it(`say what to do when the network is gone and the last look was ${lookedAt ?? 'never'}`, () => {
      const { message } = held({ kind: 'network', until: now + 20_000 }, { lookedAt });
      assert.match(message, /^cloud\.example cannot be reached\. Check/u);
    });

  it('name the API version that is not served, at once', () => {
    const hold: PollHold = { kind: 'notServed', apiVersion: 'v1', until: now + 600_000 };
    const { description, message } = held(hold);
    assert.equal(description, 'API v1 not served · 3 active');
    assert.match(message, /^API v1 is not served at cloud\.example\. Check/u);
  });

  it('forget a hold that has passed', () => {
    assert.equal(held({ kind: 'network', until: now }).description, 'updated 8 s ago · 3 active');
  });

  it('say what is wrong with the base URL before all else', () => {
    assert.deepEqual(words({ holds: [{ kind: 'noKey' }] }, { baseUrlProblem: 'It is empty.' }), {
      description: 'base URL not usable',
      message: 'It is empty. Change it in the settings.',
    });
  });
});
