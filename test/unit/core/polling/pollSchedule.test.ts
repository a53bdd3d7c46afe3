import assert from 'node:assert/strict';
import { PollSchedule } from '../../../../src/core/polling/pollSchedule';
import { aTask } from '../../../fakes/aTask';

const now = Date.UTC(2026, 0, 13, 12);
const pauseMs = 10_000;
const hour = 60 * 60_000;

describe('PollSchedule', () => {
  let random: number;
  let schedule: PollSchedule;
  const running = aTask({ readAs: 'running' });

  beforeEach(() => {
    random = 0.5;
    schedule = new PollSchedule(() => random);
  });

  const dueAt = (task = running, at = now): number | undefined => schedule.dueAt(task, pauseMs, at);

  it('has a task due at once that nobody has polled', () => {
    assert.equal(dueAt(), 0);
  });

  it('has a task due a pause after it was polled, ten per cent off either way', () => {
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
    assert.equal(dueAt(running, now + 1), now + 1 + 1.1 * pauseMs, 'a failed poll is a poll, too');
  });

  it('has those due together whom one answer showed', () => {
    const other = aTask({ id: 'other', readAs: 'running' });
    let chance = 0;
    const restless = new PollSchedule(() => (chance += 0.25));
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

  it('has a task due at once that was polled in the future: the clock was set back', () => {
    schedule.succeeded([running], now);
    assert.equal(dueAt(running, now - 1), 0);
    assert.notEqual(dueAt(running, now), 0);
  });

  it('leaves a task to whoever has checked it since, and steps in two seconds after their turn', () => {
    schedule.succeeded([running], now);
    const checked = (checkedAt: number) => aTask({ readAs: 'running', checkedAt });
    assert.equal(dueAt(checked(now), now + 3000), now + pauseMs, 'its own check');
    assert.equal(dueAt(checked(now + 1000), now + 3000), now + 1000 + pauseMs + 2000);
    assert.equal(
      dueAt(checked(now + 9000), now + 3000),
      now + pauseMs,
      'by a clock set back since',
    );
    const ended = { status: 'finished', checkedAt: now + 1000 } as const;
    assert.equal(
      dueAt(aTask({ ...ended, readAs: 'running' }), now + 3000),
      now,
      'owes a full read',
    );
  });

  it('never has an ended task due that owes nothing', () => {
    assert.equal(dueAt(aTask({ status: 'finished', readAs: 'finished' })), undefined);
  });

  it('has a missing task due until it was answered for once: another key or day may know it', () => {
    for (const more of [{}, { status: 'finished', readAs: 'finished' }] as const) {
      const missing = aTask({ isMissing: true, ...more });
      schedule.clear();
      assert.equal(dueAt(missing), 0);
      schedule.failed(missing, now);
      assert.equal(dueAt(missing), now + pauseMs, 'a failure is no answer');
      schedule.noteNotFound(missing, now);
      assert.equal(dueAt(missing), undefined);
      schedule.clear();
      assert.equal(dueAt(missing), 0, 'and again with another key');
      schedule.succeeded([missing], now);
      assert.equal(dueAt(missing), undefined, 'an answer that the store drops is one, too');
    }
  });

  it('has an ended task due that was not read in whole, without a pause, three times', () => {
    const ended = aTask({ status: 'finished', readAs: 'running' });
    for (let failure = 0; failure < 3; failure++) {
      assert.equal(schedule.owesFullRead(ended, now), true);
      schedule.failed(ended, now);
      assert.equal(dueAt(ended), now);
      schedule.noteFullReadFailure(ended);
    }
    assert.equal(schedule.owesFullRead(ended, now), false);
    assert.equal(dueAt(ended), undefined);
    schedule.succeeded([ended], now);
    assert.equal(schedule.owesFullRead(ended, now), true, 'a success starts anew');
  });

  it('has an ended task of v4 due once more when its cost and verdict have settled', () => {
    const endedAt = now + hour;
    const ended = aTask({
      apiVersion: 'v4',
      status: 'finished',
      readAs: 'finished',
      changedAt: endedAt,
      checkedAt: endedAt,
      createdAt: new Date(now).toISOString(),
    });
    const settledAt = endedAt + 2 * 60_000;
    assert.equal(dueAt(ended, endedAt), settledAt);
    assert.equal(schedule.owesFullRead(ended, settledAt - 1), false);
    assert.equal(schedule.owesFullRead(ended, settledAt), true);
    assert.equal(dueAt({ ...ended, checkedAt: settledAt }, settledAt), undefined);
    assert.equal(dueAt({ ...ended, apiVersion: 'v2' }, endedAt), undefined);
    const old = { ...ended, createdAt: new Date(now - 24 * hour).toISOString() };
    assert.equal(dueAt(old, endedAt), undefined, 'an end of yesterday has settled');
    for (let failure = 0; failure < 3; failure++) schedule.noteFullReadFailure(ended);
    assert.equal(dueAt(ended, endedAt), undefined);
  });

  it('has a finished session of v3 due each half minute while it is idle and may run again', () => {
    const idle = aTask({
      apiVersion: 'v3',
      status: 'finished',
      rawStatus: 'idle',
      isSuccess: false,
      readAs: 'finished',
      changedAt: now,
    });
    assert.equal(dueAt(idle), 0);
    schedule.succeeded([idle], now);
    assert.equal(dueAt(idle), now + 30_000);
    assert.equal(schedule.dueAt(idle, 2 * 60_000, now), now + 2 * 60_000);
    assert.equal(dueAt(idle, now + 20 * 60_000 - 1), now + 30_000);
    assert.equal(dueAt(idle, now + 20 * 60_000), undefined);
    for (const more of [
      { rawStatus: 'timed_out' },
      { isSuccess: undefined },
      { status: 'stopped' },
      { apiVersion: 'v2' },
    ] as const)
      assert.equal(dueAt({ ...idle, ...more }), undefined, JSON.stringify(more));
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
    for (let failure = 0; failure < 4; failure++) schedule.backOff(running, 'server');
    const due = dueAt() ?? 0;
    assert.ok(due > now + pauseMs, `${due - now}`);
    schedule.succeeded([running], now);
    assert.equal(dueAt(), now + pauseMs);
  });

  it('waits up to a minute for a task that fails, up to ten for one that is forbidden', () => {
    for (const [kind, most] of [
      ['server', 60_000],
      ['forbidden', 600_000],
    ] as const) {
      schedule.clear();
      schedule.failed(running, now);
      for (let failure = 0; failure < 20; failure++) schedule.backOff(running, kind);
      const due = (dueAt() ?? 0) - now;
      assert.ok(due > 0.9 * most && due <= most, `${kind}: ${due}`);
    }
  });

  it('polls again with growing pauses for about five minutes before a task is missing', () => {
    const answers: number[] = [];
    for (let at = now; ;) {
      answers.push((at - now) / 1000);
      schedule.failed(running, at);
      if (schedule.noteNotFound(running, at)) break;
      const next = schedule.dueAt(running, 2000, at) ?? 0;
      assert.ok(next > at);
      at = next;
    }
    const total = answers.at(-1) ?? 0;
    assert.ok(total >= 300 && total < 380, answers.join());
    assert.ok(answers.length >= 6 && answers.length <= 12, answers.join());
    schedule.succeeded([running], now);
    assert.equal(schedule.noteNotFound(running, now + hour), false, 'a success starts anew');
  });

  it('calls no task missing for few answers, however long they took, nor for many in a moment', () => {
    for (let answer = 0; answer < 3; answer++)
      assert.equal(schedule.noteNotFound(running, now + answer * hour), false);
    assert.equal(schedule.noteNotFound(running, now + 3 * hour), true);
    const other = aTask({ id: 'other' });
    for (let answer = 0; answer < 20; answer++)
      assert.equal(schedule.noteNotFound(other, now), false);
    schedule.noteNotFound(other, now - hour);
    assert.equal(schedule.noteNotFound(other, now - hour + 300_000), true, 'set back meanwhile');
  });

  it('knows who is new: neither polled, nor checked, nor missing', () => {
    const fresh = aTask({ id: 'fresh', checkedAt: undefined });
    assert.equal(schedule.isNew(fresh), true);
    assert.equal(schedule.isNew(running), false);
    assert.equal(schedule.isNew({ ...fresh, isMissing: true }), false);
    schedule.failed(fresh, now);
    assert.equal(schedule.isNew(fresh), false);
    assert.deepEqual([schedule.requestedAt(fresh), schedule.requestedAt(running)], [now, 0]);
  });

  it('makes all due, forgets one, forgets all', () => {
    const other = aTask({ id: 'other' });
    const pollBoth = (): void => {
      schedule.succeeded([running], now);
      schedule.succeeded([other], now);
    };
    pollBoth();
    schedule.makeAllDue();
    assert.deepEqual([dueAt(), dueAt(other)], [0, 0]);
    pollBoth();
    schedule.forget(running);
    assert.deepEqual([dueAt(), dueAt(other)], [0, now + pauseMs]);
    pollBoth();
    schedule.clear();
    assert.deepEqual([dueAt(), dueAt(other)], [0, 0]);
    for (let answer = 0; answer < 3; answer++) schedule.noteNotFound(running, now);
    schedule.clear();
    assert.equal(schedule.noteNotFound(running, now + hour), false);
  });
});
