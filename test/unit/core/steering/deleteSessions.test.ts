import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import {
  deletedMessage,
  deleteQuestion,
  deleteSessions,
  doomedSessions,
} from '../../../../src/core/steering/deleteSessions';
import { aTask } from '../../../fakes/aTask';
import { FakeClock } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

const ended = { status: 'finished', rawStatus: 'finished' } as const;
const a1 = aTask({ id: 'a1', sessionId: 's1', prompt: 'First', ...ended });
const a2 = aTask({ id: 'a2', sessionId: 's1', prompt: 'Second' });
const b1 = aTask({ id: 'b1', sessionId: 's2', prompt: 'Third', ...ended });
const sameInV4 = aTask({ id: 'c1', apiVersion: 'v4', sessionId: 's1', prompt: 'Other' });
const unknown = aTask({ id: 'd1' });
const ofV1 = aTask({ id: 'e1', apiVersion: 'v1', sessionId: 's1' });
const tracked = [a1, b1, a2, sameInV4, unknown, ofV1];

describe('the sessions of tasks that are to be deleted', () => {
  it('are named once, with all of their tracked tasks', () => {
    assert.deepEqual(doomedSessions([a1, a2, b1], tracked), [
      { apiVersion: 'v2', sessionId: 's1', tasks: [a1, a2] },
      { apiVersion: 'v2', sessionId: 's2', tasks: [b1] },
    ]);
    assert.deepEqual(doomedSessions([sameInV4], tracked), [
      { apiVersion: 'v4', sessionId: 's1', tasks: [sameInV4] },
    ]);
  });

  it('are none where the session is not known, or its version has none to delete', () => {
    assert.deepEqual(doomedSessions([unknown, ofV1], tracked), []);
  });

  it('are asked for with what is lost: every task by its title, and those that still run', () => {
    const { text, detail, button } = deleteQuestion(doomedSessions([a1], tracked));
    assert.equal(text, 'Delete the session of 2 tasks at Browser Use Cloud?');
    assert.match(detail, /^• First\n• Second\n\n/u);
    assert.match(detail, /This deletes all tasks of the session at the cloud/u);
    assert.match(detail, /prompts, steps, outputs, files and recordings/u);
    assert.match(detail, /1 task has not ended yet and is stopped first\./u);
    assert.match(detail, /This cannot be undone, neither here nor at the cloud\.$/u);
    assert.equal(button, 'Delete Session');
    const one = deleteQuestion(doomedSessions([b1], tracked));
    assert.equal(one.text, 'Delete the session of “Third” at Browser Use Cloud?');
    assert.doesNotMatch(one.detail, /not ended|•/u);
    const several = deleteQuestion(doomedSessions([a1, b1], tracked));
    assert.equal(several.text, 'Delete the 2 sessions of 3 tasks at Browser Use Cloud?');
    assert.equal(several.button, 'Delete Sessions');
    assert.match(several.detail, /This deletes all tasks of the sessions at the cloud/u);
    const running = deleteQuestion(doomedSessions([a2, sameInV4], tracked));
    assert.match(running.detail, /2 tasks have not ended yet and are stopped first\./u);
  });
});

describe('the deletion of sessions', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  const both = doomedSessions([a1, b1], tracked);

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    for (const task of [a1, a2, b1]) cloud.set(task.id, task.status, { sessionId: task.sessionId });
  });

  async function run(signal = never) {
    const connect = () => Promise.resolve(cloud);
    const deleting = deleteSessions(both, { connect, clock, signal });
    await clock.advance(20_000);
    return deleting;
  }

  it('sends each once', async () => {
    const message = deletedMessage(await run(), 'api.example');
    assert.deepEqual(message, {
      severity: 'information',
      text: '2 sessions deleted at the cloud, and 3 tasks no longer tracked.',
    });
    assert.deepEqual(
      cloud.actions.sent.flatMap(({ given }) => given),
      ['s1', 's2'],
    );
    assert.equal(cloud.tasks.size, 0);
  });

  it('finds out whether one is still there whose answer was lost', async () => {
    cloud.actions.failNext('deleteSession', 'timeout');
    cloud.actions.failNext('deleteSession', 'timeout', 'afterEffect');
    const deleted = await run();
    assert.equal(cloud.actions.sent.length, 2);
    assert.deepEqual(deleted.map(({ outcome }) => outcome.kind).sort(), ['refused', 'unknown']);
  });

  it('takes none for deleted that the cloud does not know for this key', async () => {
    const missing = new CloudError('refused', '404 Session not found', { status: 404 });
    cloud.actions.failNext('deleteSession', missing);
    const deleted = await run();
    const why =
      'not known to api.example for this API key: it may be deleted there, or be another account’s. Its tasks stay tracked.';
    assert.deepEqual(deletedMessage(deleted, 'api.example'), {
      severity: 'warning',
      text: `1 session deleted at the cloud, and 1 task no longer tracked. 1 session is ${why}`,
      nextStep: 'setApiKey',
    });
    const alone = deleted.filter(({ outcome }) => outcome.kind === 'refused');
    assert.equal(deletedMessage(alone, 'api.example')?.text, `The session is ${why}`);
    const both = deletedMessage([...alone, ...alone], 'api.example')?.text;
    assert.match(both ?? '', /^2 sessions are not known to .+ Their tasks stay tracked\.$/u);
  });

  it('says which one was refused', async () => {
    cloud.actions.failNext('deleteSession', 'forbidden');
    const message = deletedMessage(await run(), 'api.example');
    assert.match(
      message?.text ?? '',
      /^1 session deleted at the cloud, and 1 task no longer tracked\. 1 session could not be deleted\. api\.example says/u,
    );
    assert.equal(message?.severity, 'warning');
    assert.equal(cloud.tasks.size, 2);
  });

  it('tells what was deleted where the key is changed meanwhile', async () => {
    let connections = 0;
    const connect = () =>
      ++connections > 1
        ? Promise.reject(new CloudError('otherKey', 'Not sent'))
        : Promise.resolve(cloud);
    const deleted = await deleteSessions(both, { connect, clock, signal: never });
    assert.match(
      deletedMessage(deleted, 'api.example')?.text ?? '',
      /^1 session deleted at the cloud, and 2 tasks no longer tracked\. 1 session could not be deleted\. The API key for api\.example was changed/u,
    );
    assert.deepEqual(
      cloud.actions.sent.flatMap(({ given }) => given),
      ['s1'],
    );
  });

  it('says nothing where all were taken back', async () => {
    const abort = new AbortController();
    abort.abort();
    assert.equal(deletedMessage(await run(abort.signal), 'api.example'), undefined);
    assert.deepEqual(cloud.actions.sent, []);
  });

  it('says of one that it may have happened', () => {
    const [session] = both;
    assert.ok(session);
    const outcome = { kind: 'unknown', error: new CloudError('network', 'gone') } as const;
    assert.match(
      deletedMessage([{ session, outcome }], 'api.example')?.text ?? '',
      /^The session may have been deleted: the answer was lost/u,
    );
  });
});
