import assert from 'node:assert/strict';
import { tooltipLines, type TooltipOptions } from '../../../../src/core/labels/tooltipLines';
import type { PollPause } from '../../../../src/core/polling/pollPauses';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';

describe('a tooltip', () => {
  const now = Date.UTC(2026, 0, 13, 12, 1);
  const options: TooltipOptions = {
    now,
    host: 'cloud.example',
    pauses: [],
    formatTime: (at: number) => `<${at - now}>`,
  };

  it('tells prompt, status, verdict, cost, times, duration, version and the last check', () => {
    const task = aTask({
      status: 'finished',
      isSuccess: true,
      judgeVerdict: false,
      cost: '0.31',
      model: 'm1',
      createdAt: '2026-01-13T12:00:00Z',
      startedAt: '2026-01-13T12:00:10Z',
      finishedAt: '2026-01-13T12:00:50Z',
      checkedAt: now - 8000,
    });
    assert.deepEqual(tooltipLines(task, options), [
      'Find a flight',
      'Ended: The agent has come to its end.',
      'The judge found it not successful, though the agent says it succeeded.',
      'Cost: $0.31',
      'Model: m1',
      'Created: <-60000>',
      'Started: <-50000>',
      'Finished: <-10000>',
      'Duration: 40 s',
      'API v2, task ID a1',
      'Last checked: <-8000>',
    ]);
  });

  it('begins with the whole title where the prompt is not known, and says of an end that nobody has opened it', () => {
    const task = aTask({
      prompt: undefined,
      title: 'Bike shops',
      status: 'failed',
      isUnseen: true,
    });
    assert.deepEqual(tooltipLines(task, options).slice(0, 3), [
      'Bike shops',
      'Ended: The task broke off with an error.',
      'You have not opened it since it ended.',
    ]);
  });

  it('calls a cost what it is the cost of', () => {
    const lines = tooltipLines(aTask({ apiVersion: 'v4', cost: '0.31' }), options);
    assert.ok(lines.includes('Model cost: $0.31'), lines.join());
  });

  it('tells the age of the last check only while there are polls: nobody would keep it true', () => {
    const lastCheck = (task: TrackedTask) =>
      tooltipLines(task, options).find((line) => line.startsWith('Last checked'));
    const checkedAt = now - 8000;
    assert.equal(lastCheck(aTask({ checkedAt })), 'Last checked: <-8000> (8 s ago)');
    assert.equal(lastCheck(aTask({ checkedAt, status: 'failed' })), 'Last checked: <-8000>');
    assert.equal(lastCheck(aTask({ checkedAt, isMissing: true })), 'Last checked: <-8000>');
  });

  it('says why a task is not polled, where that concerns its API version', () => {
    const paused = (task: TrackedTask, pause: PollPause) =>
      tooltipLines(task, { ...options, pauses: [pause] }).find((line) => line.startsWith('Not '));
    assert.equal(
      paused(aTask(), { kind: 'auth' }),
      'Not checked for now. cloud.example does not accept the API key. Set one that is valid there.',
    );
    const notServed: PollPause = { kind: 'notServed', apiVersion: 'v1', until: now + 1000 };
    assert.equal(paused(aTask(), notServed), undefined);
    assert.match(
      paused(aTask({ apiVersion: 'v1' }), notServed) ?? '',
      /^Not checked for now\. API v1 is not served at cloud\.example\./u,
    );
    assert.equal(paused(aTask({ status: 'finished' }), { kind: 'auth' }), undefined);
  });

  it('says what is wrong with the base URL', () => {
    const lines = tooltipLines(aTask(), { ...options, baseUrlProblem: 'The base URL is empty.' });
    assert.ok(
      lines.includes('Not checked for now. The base URL is empty. Change it in the settings.'),
    );
  });

  it('tells no duration of a running task that cannot be found', () => {
    const startedAt = '2026-01-13T12:00:00Z';
    const duration = (more: Partial<TrackedTask>) =>
      tooltipLines(aTask({ startedAt, ...more }), options).find((line) =>
        line.startsWith('Duration'),
      );
    assert.equal(duration({}), 'Duration: 1 min');
    assert.equal(duration({ isMissing: true }), undefined);
  });

  it("shows the cloud's own word where it is not ours", () => {
    const lines = tooltipLines(aTask({ status: 'unknown', rawStatus: 'dreaming' }), options);
    assert.match(lines[1] ?? '', /^Active: The cloud uses a word .* not know \(“dreaming”\)\.$/u);
  });

  it('says before the first poll that there was none', () => {
    const task = aTask({
      status: 'unknown',
      rawStatus: '',
      prompt: undefined,
      checkedAt: undefined,
    });
    assert.deepEqual(tooltipLines(task, options), [
      'This task has not been checked yet.',
      'API v2, task ID a1',
    ]);
  });

  it('says why a task is missing, and what a refresh does', () => {
    const line = (more: Partial<TrackedTask>) =>
      tooltipLines(aTask({ isMissing: true, ...more }), options)[1];
    assert.match(
      line({}) ?? '',
      /^cloud\.example knows no such task for this API key\..* Refresh checks again\.$/u,
    );
    assert.match(
      line({ trouble: { kind: 'invalidRequest', since: now } }) ?? '',
      /^cloud\.example does not take this for a task ID\..* Refresh checks again\.$/u,
    );
  });

  it('describes trouble, and says since when', () => {
    const lines = tooltipLines(aTask({ trouble: { kind: 'timeout', since: now - 1000 } }), options);
    assert.ok(
      lines.some((line) =>
        /^cloud\.example did not answer in time\..*\(since <-1000>\)$/u.test(line),
      ),
    );
  });

  it('says that a task has stood still for long', () => {
    const lines = tooltipLines(aTask({ changedAt: now - 7 * 3_600_000 }), options);
    assert.ok(lines.includes('Unchanged for 7 h, so it is checked rarely.'));
  });

  it('leaves out times that are none', () => {
    const lines = tooltipLines(aTask({ createdAt: 'yesterday' }), options);
    assert.ok(!lines.some((line) => line.startsWith('Created')));
  });

  it('strips controls and direction marks from what it shows', () => {
    const lines = tooltipLines(aTask({ prompt: 'a\u202eb\u0000c\n\nd', id: 'x\u2066y1' }), options);
    assert.equal(lines[0], 'abc d');
    assert.ok(lines.includes('API v2, task ID xy1'));
  });

  it('says until when its browser is open, and that its session is followed', () => {
    const task = aTask({ status: 'finished', browserOpenUntil: now + 60_000, followedAt: 1 });
    const text = tooltipLines(task, options).join('\n');
    assert.match(
      text,
      /^Its browser is still open, which costs money\. It closes by itself at <60000>, or /mu,
    );
    assert.match(text, /^Its session is followed: new tasks in it appear here by themselves\.$/mu);
    const idle = { apiVersion: 'v3', rawStatus: 'idle', changedAt: now } as const;
    const keptAlive = { ...task, ...idle, browserOpenUntil: undefined };
    assert.match(
      tooltipLines(keptAlive, options).join('\n'),
      /^Its browser is still open, .* It closes by itself at <900000>, or earlier when it is stopped\.$/mu,
    );
    const later = { ...options, now: now + 60_000 };
    assert.doesNotMatch(tooltipLines(task, later).join('\n'), /browser is still open/u);
  });
});
