import assert from 'node:assert/strict';
import { AskSchedule } from '../../../src/core/askSchedule';
import { aTask } from '../../fakes/aTask';

const now = Date.UTC(2026, 0, 13, 12);
const pauseMs = 10_000;
const hour = 60 * 60_000;

describe('AskSchedule', () => {
  let random: number;
  let schedule: AskSchedule;
  const running = aTask({ readAs: 'running' });

  beforeEach(() => {
    random = 0.5;
    schedule = new AskSchedule(() => random);
  });

  const dueAt = (task = running, at = now): number | undefined => schedule.dueAt(task, pauseMs, at);

  it('has a task due at once that nobody has asked for', () => {
    assert.equal(dueAt(), 0);
  });

  it('has a task due a pause after it was asked for, ten per cent off either way', () => {
    for (const [chance, factor] of [
      [0, 0.9],
      [0.5, 1],
      [1, 1.1],
    ] as const) {
      random = chance;
      schedule.succeeded([running], now);
      assert.equal(dueAt(), now + factor * pauseMs);
    }
    schedule.failed(running, now + 1);
    assert.equal(dueAt(running, now + 1), now + 1 + 1.1 * pauseMs, 'asked in vain is asked, too');
  });

  it('has those due together whom one answer showed', () => {
    const other = aTask({ id: 'other', readAs: 'running' });
    let chance = 0;
    const restless = new AskSchedule(() => (chance += 0.25));
    restless.succeeded([running, other], now);
    const [first, second] = [running, other].map((task) => restless.dueAt(task, pauseMs, now));
    assert.equal(first, second);
    restless.succeeded([other], now);
    assert.notEqual(restless.dueAt(other, pauseMs, now), first);
  });

  it('never pauses under two seconds', () => {
    schedule.succeeded([running], now);
    assert.equal(schedule.dueAt(running, 1, now), now + 2000);
  });

  it('has a task due at once that was asked for in the future: the clock was set back', () => {
    schedule.succeeded([running], now);
    assert.equal(dueAt(running, now - 1), 0);
    assert.notEqual(dueAt(running, now), 0);
  });

  it('never has an ended or a missing task due that owes nothing', () => {
    assert.equal(dueAt(aTask({ status: 'finished', readAs: 'finished' })), undefined);
    assert.equal(dueAt(aTask({ isMissing: true })), undefined);
  });

  it('has an ended task due that was not read in whole, without a pause, three times', () => {
    const ended = aTask({ status: 'finished', readAs: 'running' });
    for (let failure = 0; failure < 3; failure++) {
      assert.equal(schedule.owesFullRead(ended), true);
      schedule.failed(ended, now);
      assert.equal(dueAt(ended), now);
      schedule.noteFullReadFailure(ended);
    }
    assert.equal(schedule.owesFullRead(ended), false);
    assert.equal(dueAt(ended), undefined);
    schedule.succeeded([ended], now);
    assert.equal(schedule.owesFullRead(ended), true, 'a success starts anew');
  });

  it('waits a minute for a word that nobody knows, but not for a task not yet seen', () => {
    const odd = aTask({ status: 'unknown', rawStatus: 'dreaming' });
    const fresh = aTask({ status: 'unknown', rawStatus: '' });
    schedule.succeeded([odd], now);
    assert.equal(dueAt(odd), now + 60_000);
    assert.equal(dueAt(fresh), now + pauseMs);
    assert.equal(schedule.dueAt(odd, 2 * 60_000, now), now + 2 * 60_000);
  });

  it('waits five minutes for a task that has not moved for six hours', () => {
    schedule.succeeded([running], now + 7 * hour);
    assert.equal(dueAt(running, now + 7 * hour), now + 7 * hour + 5 * 60_000);
    assert.equal(schedule.dueAt(running, hour, now + 7 * hour), now + 8 * hour);
  });

  it('backs off from a task that fails, until it succeeds', () => {
    schedule.failed(running, now);
    for (let failure = 0; failure < 4; failure++) schedule.backOff(running);
    const due = dueAt() ?? 0;
    assert.ok(due > now + pauseMs, `${due - now}`);
    schedule.succeeded([running], now);
    assert.equal(dueAt(), now + pauseMs);
  });

  it('calls a task missing after two answers that say so with no other in between', () => {
    assert.equal(schedule.noteNotFound(running), false);
    assert.equal(schedule.noteNotFound(running), true);
    schedule.succeeded([running], now);
    assert.equal(schedule.noteNotFound(running), false);
  });

  it('ranks new tasks first, the newest before all, then who was asked for longest ago', () => {
    const older = aTask({ id: 'older', lookedAt: undefined, trackedAt: now - 5 });
    const newer = aTask({ id: 'newer', lookedAt: undefined, trackedAt: now });
    const longAgo = aTask({ id: 'long-ago' });
    const lately = aTask({ id: 'lately' });
    const seenBefore = aTask({ id: 'seen-before' });
    const failedOnce = aTask({ id: 'failed-once', lookedAt: undefined });
    schedule.succeeded([longAgo], now - 100);
    schedule.succeeded([lately], now);
    schedule.failed(failedOnce, now - 50);
    const ranked = [lately, failedOnce, longAgo, seenBefore, older, newer].sort(
      (a, b) => schedule.rank(a) - schedule.rank(b),
    );
    assert.deepEqual(
      ranked.map(({ id }) => id),
      ['newer', 'older', 'seen-before', 'long-ago', 'failed-once', 'lately'],
    );
  });

  it('makes all due, forgets one, forgets all', () => {
    const other = aTask({ id: 'other' });
    const askBoth = (): void => {
      schedule.succeeded([running], now);
      schedule.succeeded([other], now);
    };
    askBoth();
    schedule.makeAllDue();
    assert.deepEqual([dueAt(), dueAt(other)], [0, 0]);
    askBoth();
    schedule.forget(running);
    assert.deepEqual([dueAt(), dueAt(other)], [0, now + pauseMs]);
    askBoth();
    schedule.clear();
    assert.deepEqual([dueAt(), dueAt(other)], [0, 0]);
    schedule.noteNotFound(running);
    schedule.clear();
    assert.equal(schedule.noteNotFound(running), false);
  });
});
