import assert from 'node:assert/strict';
import {
  followableSession,
  followedSessions,
  followSession,
  isFollowedWhenTracked,
  stopFollowing,
} from '../../../../src/core/following/sessionFollowing';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { apiVersions } from '../../../../src/core/cloud/versionList';
import { aTask } from '../../../fakes/aTask';

const session = { apiVersion: 'v4', sessionId: 's-1' } as const;
const run = (id: string, more = {}) => aTask({ apiVersion: 'v4', id, sessionId: 's-1', ...more });

describe('a session that is followed', () => {
  let store: TaskStore;

  beforeEach(() => {
    store = new TaskStore();
    store.put([
      run('r-1'),
      run('other', { sessionId: 's-2' }),
      aTask({ id: 'v2', sessionId: 's-1' }),
    ]);
  });

  const marked = () =>
    store
      .tasks()
      .filter(({ followedAt }) => followedAt !== undefined)
      .map(({ id }) => id);

  it('marks its tasks, and tracks those that are new, in one change', () => {
    const changes: number[] = [];
    store.onDidChange((all) => changes.push(all.length));
    followSession(store, session, { ids: ['r-2', 'r-1'], latestId: 'r-2', now: 9 });
    assert.deepEqual(marked(), ['r-1', 'r-2']);
    assert.deepEqual(changes, [2]);
    const [followed] = followedSessions(store.tasks());
    assert.equal(followed?.latestId, 'r-2');
    assert.equal(followed.since, 9);
    assert.deepEqual(
      followed.tasks.map(({ id, sessionId }) => [id, sessionId]),
      [
        ['r-1', 's-1'],
        ['r-2', 's-1'],
      ],
    );
  });

  it('takes in a task that is tracked already and whose session was not known', () => {
    store.put([aTask({ apiVersion: 'v4', id: 'r-3', prompt: 'Known' })]);
    followSession(store, session, { ids: ['r-3'], latestId: 'r-3', now: 9 });
    const task = store.get({ apiVersion: 'v4', id: 'r-3' });
    assert.equal(task?.prompt, 'Known');
    assert.equal(task.followedAt, 9);
  });

  it('is no longer one when that is stopped, with its tasks tracked as before', () => {
    const before = store.tasks();
    followSession(store, session, { ids: [], latestId: 'r-1', now: 9 });
    stopFollowing(store, session);
    assert.deepEqual(store.tasks(), before);
    assert.deepEqual(followedSessions(store.tasks()), []);
    followSession(store, session, { ids: [], latestId: 'r-1', now: 9 });
    stopFollowing(store, { apiVersion: 'v4', sessionId: 's-2' });
    assert.deepEqual(marked(), ['r-1'], 'another one ends by itself');
  });

  it('has no task whose session is not known, though it has a mark', () => {
    store.put([aTask({ apiVersion: 'v4', id: 'x', sessionId: undefined, followedAt: 1 })]);
    assert.deepEqual(followedSessions(store.tasks()), []);
  });

  it('ends with its last task, and is back when that is undone', () => {
    followSession(store, session, { ids: [], latestId: 'r-1', now: 9 });
    const removed = store.untrack([run('r-1')]);
    assert.deepEqual(followedSessions(store.tasks()), []);
    store.restore(removed);
    assert.equal(followedSessions(store.tasks()).length, 1);
  });

  it('is told by the newest mark, where windows have set different ones', () => {
    store.put([
      run('r-1', { followedAt: 9, followedTo: 'r-2' }),
      run('r-2', { followedAt: 5, followedTo: 'r-1' }),
    ]);
    const [followed, ...others] = followedSessions(store.tasks());
    assert.deepEqual(others, []);
    assert.equal(followed?.latestId, 'r-2');
  });

  it('can be one where the version has sessions of several tasks', () => {
    const can = apiVersions.filter((apiVersion) =>
      followableSession({ apiVersion, sessionId: 's' }),
    );
    assert.deepEqual(can, ['v4', 'v2']);
    const found = followableSession({ ...run('r-1'), apiVersion: 'v2' });
    assert.deepEqual(found, { apiVersion: 'v2', sessionId: 's-1' });
    assert.equal(followableSession({ apiVersion: 'v4' }), undefined);
    assert.deepEqual(apiVersions.filter(isFollowedWhenTracked), ['v4']);
  });
});
