import assert from 'node:assert/strict';
import {
  openSessionStop,
  sessionDeletion,
  taskPause,
  taskResume,
  taskStop,
} from '../../../../src/core/actions/taskChanges';
import {
  requestChange,
  type ChangeOutcome,
  type ChangeRequest,
} from '../../../../src/core/cloud/changeRequest';
import { CloudError } from '../../../../src/core/cloud/errors';
import { FakeClock } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';

const open = { kind: 'browser', id: 'b' } as const;

function setUp() {
  const clock = new FakeClock();
  const cloud = new FakeCloud(() => clock.now());
  cloud.set('a', 'running', { sessionId: 's' });
  cloud.actions.open.push({ ...open, sessionId: 's' });
  const options = { connect: () => Promise.resolve(cloud.client('v4')), clock, id: 'a' };
  const outcomeOf = async <T>(change: ChangeRequest<T>): Promise<ChangeOutcome<T>> => {
    const outcome = requestChange(change);
    await clock.advance(60_000);
    assert.equal(clock.timers, 0);
    assert.equal(cloud.actions.sent.length, 1, 'sent once');
    return outcome;
  };
  return { cloud, clock, options, outcomeOf, actions: cloud.actions };
}

describe('the stop of a task', () => {
  it('says how the task stands', async () => {
    for (const status of ['stopped', 'running'] as const) {
      const { actions, options, outcomeOf } = setUp();
      actions.afterStop = status;
      const outcome = await outcomeOf(taskStop({ ...options, scope: 'task' }));
      assert.deepEqual(outcome, { kind: 'done', value: { status, rawStatus: status } });
    }
  });

  it('is done where the answer is lost and the task has ended, and says how', async () => {
    for (const status of ['stopped', 'finished'] as const) {
      const { actions, options, outcomeOf } = setUp();
      actions.afterStop = status;
      actions.failNext('stopTask', 'timeout', 'afterEffect');
      const outcome = await outcomeOf(taskStop({ ...options, scope: 'task' }));
      assert.deepEqual(outcome, { kind: 'done', value: { status, rawStatus: status } });
    }
  });

  it('is refused where the answer is lost and the task goes on', async () => {
    const { actions, options, outcomeOf } = setUp();
    actions.failNext('stopTask', 'server');
    const outcome = await outcomeOf(taskStop({ ...options, scope: 'task' }));
    assert.equal(outcome.kind, 'refused');
  });

  it('of a session is not done while its browser is open', async () => {
    const { actions, cloud, options, outcomeOf } = setUp();
    actions.failNext('stopTask', 'server');
    cloud.set('a', 'stopped');
    const outcome = await outcomeOf(taskStop({ ...options, scope: 'session' }));
    assert.equal(outcome.kind, 'refused');
    const other = setUp();
    other.actions.failNext('stopTask', 'server', 'afterEffect');
    const done = await other.outcomeOf(taskStop({ ...other.options, scope: 'session' }));
    assert.equal(done.kind, 'done');
  });

  it('is done where the cloud refuses it because the task has ended', async () => {
    const refusals = [
      new CloudError('refused', '409 Session is stopped', { status: 409 }),
      new CloudError('invalidRequest', '400 Task has finished', { status: 400 }),
      new CloudError('taskNotFound', '404 Session not found', { status: 404 }),
    ];
    for (const error of refusals)
      for (const hasEnded of [true, false]) {
        const { actions, cloud, options, outcomeOf } = setUp();
        if (hasEnded) cloud.set('a', 'finished');
        actions.failNext('stopTask', error);
        const outcome = await outcomeOf(taskStop({ ...options, scope: 'task' }));
        assert.deepEqual(
          outcome,
          hasEnded
            ? { kind: 'done', value: { status: 'finished', rawStatus: 'finished' } }
            : { kind: 'refused', error },
        );
      }
  });

  it('is refused by other refusals, whatever has become of the task', async () => {
    for (const kind of ['auth', 'forbidden', 'rateLimited'] as const) {
      const { actions, cloud, options, outcomeOf } = setUp();
      cloud.set('a', 'finished');
      actions.failNext('stopTask', kind);
      assert.equal((await outcomeOf(taskStop({ ...options, scope: 'task' }))).kind, 'refused');
    }
  });

  it('is unknown where nothing can be checked', async () => {
    const { actions, options, outcomeOf } = setUp();
    actions.failNext('stopTask', 'network');
    actions.failCheckWith = () => new CloudError('network', 'is offline');
    assert.equal((await outcomeOf(taskStop({ ...options, scope: 'task' }))).kind, 'unknown');
  });
});

describe('a pause and its end', () => {
  const cases = [
    ['pause', taskPause, 'pauseTask', 'running', 'paused'],
    ['resume', taskResume, 'resumeTask', 'paused', 'running'],
  ] as const;
  for (const [name, change, what, before, after] of cases)
    it(`${name}: done where the cloud says or shows so, or the task has ended; else refused`, async () => {
      const plain = setUp();
      plain.cloud.set('a', before);
      assert.equal((await plain.outcomeOf(change(plain.options))).kind, 'done');
      assert.equal(plain.cloud.tasks.get('a')?.status, after);
      for (const [status, when, kind] of [
        [before, 'afterEffect', 'done'],
        [before, undefined, 'refused'],
        ['finished', undefined, 'done'],
      ] as const) {
        const { actions, cloud, options, outcomeOf } = setUp();
        cloud.set('a', status);
        actions.failNext(what, 'timeout', when);
        const outcome = await outcomeOf(change(options));
        assert.equal(outcome.kind, kind);
        const shown = cloud.tasks.get('a')?.status;
        if (outcome.kind === 'done')
          assert.deepEqual(outcome.value, { status: shown, rawStatus: shown });
      }
    });
});

describe('the deletion of a session', () => {
  it('is done where the cloud says so alone: what is not there may be of another account', async () => {
    for (const [failure, expected] of [
      ['none', 'done'],
      ['gone', 'refused'],
      ['lost', 'unknown'],
    ] as const) {
      const { actions, cloud, options, outcomeOf } = setUp();
      if (failure === 'gone') cloud.tasks.clear();
      if (failure === 'lost') actions.failNext('deleteSession', 'network', 'afterEffect');
      const outcome = await outcomeOf(sessionDeletion({ ...options, id: 's' }));
      assert.equal(outcome.kind, expected, failure);
      assert.equal(cloud.tasks.size, 0);
    }
  });

  it('is refused where the answer is lost and the session is there', async () => {
    const { actions, cloud, options, outcomeOf } = setUp();
    actions.failNext('deleteSession', 'server');
    assert.equal((await outcomeOf(sessionDeletion({ ...options, id: 's' }))).kind, 'refused');
    assert.equal(cloud.tasks.size, 1);
  });

  it('is unknown where the answer is lost and nothing can be checked', async () => {
    const { actions, cloud, options, outcomeOf } = setUp();
    actions.failNext('deleteSession', 'network', 'afterEffect');
    cloud.fail('network');
    assert.equal((await outcomeOf(sessionDeletion({ ...options, id: 's' }))).kind, 'unknown');
  });

  it('is refused by whatever says no', async () => {
    for (const [kind, status] of [
      ['taskNotFound', 404],
      ['refused', 404],
      ['refused', 409],
      ['notServed', 404],
    ] as const) {
      const { actions, options, outcomeOf } = setUp();
      actions.failNext('deleteSession', new CloudError(kind, 'ordered', { status }));
      const { kind: outcome } = await outcomeOf(sessionDeletion({ ...options, id: 's' }));
      assert.equal(outcome, 'refused', `${kind} ${status}`);
    }
  });
});

describe('the stop of what is open', () => {
  it('is done where the cloud says so, where it is gone, and where it is seen to be closed', async () => {
    for (const failure of ['none', 'gone', 'lost'] as const) {
      const { actions, options, outcomeOf } = setUp();
      if (failure === 'gone') actions.open.length = 0;
      if (failure === 'lost') actions.failNext('stopOpenSession', 'timeout', 'afterEffect');
      const outcome = await outcomeOf(openSessionStop({ ...options, open }));
      assert.deepEqual(outcome, { kind: 'done', value: undefined }, failure);
    }
  });

  it('is done where the cloud says that there is none, and refused by what says something else', async () => {
    for (const [kind, status, expected] of [
      ['taskNotFound', 404, 'done'],
      ['refused', 404, 'done'],
      ['refused', 409, 'refused'],
      ['notServed', 404, 'refused'],
    ] as const) {
      const { actions, options, outcomeOf } = setUp();
      actions.failNext('stopOpenSession', new CloudError(kind, 'ordered', { status }));
      const { kind: outcome } = await outcomeOf(openSessionStop({ ...options, open }));
      assert.equal(outcome, expected, `${kind} ${status}`);
    }
  });

  it('is refused where the answer is lost and it is open', async () => {
    const { actions, options, outcomeOf } = setUp();
    actions.failNext('stopOpenSession', 'badAnswer');
    assert.equal((await outcomeOf(openSessionStop({ ...options, open }))).kind, 'refused');
  });
});
