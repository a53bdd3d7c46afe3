import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { TaskRef } from '../../../../src/core/cloud/task';
import type { SteerAction } from '../../../../src/core/steering/steerActions';
import { namesFrom, steerMessage, stopQuestion } from '../../../../src/core/steering/steerMessages';
import type { SteerResult } from '../../../../src/core/steering/taskSteering';
import { aTask } from '../../../fakes/aTask';

const tasks = Array.from({ length: 8 }, (_, index) =>
  aTask({ id: `t${index}`, prompt: `Task number ${index}` }),
);
const host = 'api.example';

describe('the question before tasks are stopped', () => {
  it('names the one that is stopped, what is lost, and what stays open', () => {
    const { text, detail, button } = stopQuestion('stop', tasks.slice(0, 1));
    assert.equal(text, 'Stop “Task number 0”?');
    assert.match(detail, /^The agent stops where it is\. What it has not delivered yet is lost,/u);
    assert.match(
      detail,
      /\n\nThe session may stay open for a while and costs money until then; “Stop Task and Session” closes it, too\.$/u,
    );
    assert.equal(button, 'Stop Task');
  });

  it('speaks of the browser where that is what stays open', () => {
    const ofV4 = [aTask({ apiVersion: 'v4' })];
    assert.match(stopQuestion('stop', ofV4).detail, /The browser may stay open/u);
    const { text, detail, button } = stopQuestion('stopSession', ofV4);
    assert.equal(text, 'Stop “Find a flight” and the browser that it runs in?');
    assert.match(detail, /Pages that are open in its browser are closed with it\.$/u);
    assert.equal(button, 'Stop Task and Session');
  });

  it('says nothing of sessions where the API version has none', () => {
    assert.doesNotMatch(stopQuestion('stop', [aTask({ apiVersion: 'v1' })]).detail, /stay open/u);
  });

  it('counts many and names the first five', () => {
    const { text, detail, button } = stopQuestion('stop', tasks);
    assert.equal(text, 'Stop 8 tasks?');
    const [list] = detail.split('\n\n');
    assert.deepEqual(list?.split('\n'), [
      ...['0', '1', '2', '3', '4'].map((n) => `• Task number ${n}`),
      'and 3 more',
    ]);
    assert.match(detail, /they cannot be resumed/u);
    assert.match(
      detail,
      /The sessions may stay open for a while and cost money until then; “Stop Task and Session” closes them, too\.$/u,
    );
    assert.equal(button, 'Stop Tasks');
    const ofSessions = stopQuestion('stopSession', [aTask({ apiVersion: 'v4' }), ...tasks]);
    assert.equal(ofSessions.text, 'Stop 9 tasks and the sessions that they run in?');
    assert.match(
      ofSessions.detail,
      /Pages that are open in their browsers are closed with them\.$/u,
    );
    assert.equal(ofSessions.button, 'Stop Tasks and Sessions');
  });

  it('keeps a hostile title in its line and short', () => {
    const prompt = `Yes\n\n\u202EOK? [Stop](command:x) ${'x'.repeat(5000)}`;
    const { text, detail } = stopQuestion('stop', [aTask({ prompt }), ...tasks.slice(1, 3)]);
    assert.equal(text, 'Stop 3 tasks?');
    const [list] = detail.split('\n\n');
    assert.equal(list?.split('\n').length, 3);
    assert.ok((list?.split('\n')[0]?.length ?? 0) <= 64);
    assert.doesNotMatch(detail, /\u202E/u);
    assert.ok(stopQuestion('stop', [aTask({ prompt })]).text.length < 100);
  });
});

describe('the message about tasks that were steered', () => {
  const ref = (index: number): TaskRef => ({ apiVersion: 'v2', id: `t${index}` });
  const say = (action: SteerAction, ...results: SteerResult[]) =>
    steerMessage(action, results, { nameOf: namesFrom(tasks), host });
  const text = (action: SteerAction, ...results: SteerResult[]) => say(action, ...results)?.text;
  const error = new CloudError('forbidden', 'no');

  it('is none where the row of one task says it all', () => {
    for (const kind of ['done', 'underWay', 'cancelled'] as const)
      assert.equal(say('stop', { ref: ref(0), kind }), undefined);
    assert.equal(say('stop'), undefined);
  });

  it('says that one had ended already, and how', () => {
    const ended = (status: 'finished' | 'failed' | 'stopped'): SteerResult => ({
      ref: ref(0),
      kind: 'hadEnded',
      status,
    });
    assert.equal(text('stop', ended('finished')), '“Task number 0” had finished already.');
    assert.equal(text('stop', ended('failed')), '“Task number 0” had failed already.');
    assert.equal(text('pause', ended('stopped')), '“Task number 0” had been stopped already.');
    assert.equal(say('stop', ended('finished'))?.severity, 'information');
    assert.equal(
      text('stopSession', ended('finished')),
      '“Task number 0” had finished already. Its session is stopped.',
    );
  });

  it('says why one could not be stopped, and what helps', () => {
    const message = say('stop', { ref: ref(0), kind: 'refused', error });
    assert.match(message?.text ?? '', /^“Task number 0” could not be stopped\. api\.example says/u);
    assert.equal(message?.severity, 'error');
    assert.equal(message?.nextStep, 'setApiKey');
  });

  it('says of a lost answer that nobody knows', () => {
    const message = say('resume', { ref: ref(0), kind: 'unknown', error });
    assert.match(
      message?.text ?? '',
      /^“Task number 0” may have been resumed: the answer was lost/u,
    );
    assert.equal(message?.severity, 'warning');
  });

  it('says of a task that had ended that only its session is in question', () => {
    const ended = (
      kind: 'unknown' | 'refused',
      status: 'finished' | 'stopped',
      id = 0,
    ): SteerResult => ({ ref: ref(id), kind, error, status });
    assert.equal(say('stopSession', ended('unknown', 'stopped'))?.severity, 'warning');
    assert.match(
      text('stopSession', ended('unknown', 'stopped')) ?? '',
      /^“Task number 0” is stopped, but its session may still be open: the answer was lost/u,
    );
    assert.match(
      text('stopSession', ended('refused', 'finished')) ?? '',
      /^“Task number 0” had finished already, but its session could not be stopped\. api\.example/u,
    );
    assert.match(
      text('stopSession', ended('unknown', 'stopped'), ended('refused', 'finished', 1)) ?? '',
      /^0 of 2 tasks stopped, 2 ended, but the sessions may still be open\. api\.example says/u,
    );
  });

  it('says that an API version cannot do it, and names by its ID what is not tracked', () => {
    const untracked = { apiVersion: 'v3', id: 'elsewhere' } as const;
    assert.deepEqual(say('pause', { ref: untracked, kind: 'impossible' }), {
      severity: 'warning',
      text: '“elsewhere” cannot be paused: API v3 cannot do that.',
    });
  });

  it('says of a task that ended while its stop was taken back that its session is left', () => {
    assert.equal(
      text('stopSession', { ref: ref(0), kind: 'cancelled', status: 'finished' }),
      '“Task number 0” had finished already. Its session was left as it is.',
    );
  });

  it('speaks of what tasks have left open where it is that alone', () => {
    const about = (noun: 'browser' | 'session', ...results: SteerResult[]) =>
      steerMessage('stopSession', results, { nameOf: namesFrom(tasks), host, noun })?.text ?? '';
    const done = (index: number): SteerResult => ({ ref: ref(index), kind: 'done' });
    assert.equal(about('browser', done(0), done(1)), '2 browsers stopped.');
    assert.match(
      about('session', done(0), { ref: ref(1), kind: 'refused', error }),
      /^1 of 2 sessions stopped, 1 could not be stopped\. api\.example says/u,
    );
    assert.match(
      about('browser', { ref: ref(0), kind: 'refused', error }),
      /^The browser of “Task number 0” could not be stopped\. api\.example says/u,
    );
    assert.match(
      about('session', { ref: ref(0), kind: 'unknown', error }),
      /^The session of “Task number 0” may have been stopped: the answer was lost/u,
    );
  });

  it('sums up several in one message', () => {
    assert.equal(
      text('stop', { ref: ref(0), kind: 'done' }, { ref: ref(1), kind: 'done' }),
      '2 tasks stopped.',
    );
    const message = say(
      'stop',
      { ref: ref(0), kind: 'done' },
      { ref: ref(1), kind: 'hadEnded', status: 'finished' },
      { ref: ref(2), kind: 'underWay' },
      { ref: ref(3), kind: 'impossible' },
      { ref: ref(4), kind: 'cancelled' },
      { ref: ref(5), kind: 'unknown', error },
      { ref: ref(6), kind: 'refused', error },
    );
    assert.match(
      message?.text ?? '',
      /^1 of 7 tasks stopped, 1 had ended already, 1 was being stopped already, 1 cannot be stopped, 1 was left as it is, 1 may have been stopped, as the answer was lost, 1 could not be stopped\. api\.example says/u,
    );
    assert.equal(message?.severity, 'warning');
    const otherKey = new CloudError('otherKey', 'Not sent');
    assert.match(
      text(
        'stop',
        { ref: ref(0), kind: 'refused', error },
        { ref: ref(1), kind: 'refused', error: otherKey },
        { ref: ref(2), kind: 'refused', error },
      ) ?? '',
      /^0 of 3 tasks stopped, 3 could not be stopped\. api\.example says [^.]+\.[^.]+\. The API key for api\.example was changed/u,
    );
    const left = (['underWay', 'underWay', 'cancelled', 'cancelled'] as const).map(
      (kind, index) => ({ ref: ref(index), kind }),
    );
    assert.equal(
      text('stop', ...left),
      '0 of 4 tasks stopped, 2 were being stopped already, 2 were left as they are.',
    );
  });
});
