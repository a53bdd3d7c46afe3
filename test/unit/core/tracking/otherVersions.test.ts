import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import {
  mayBeOfOtherVersion,
  moveToVersionFound,
  versionMoveMessage,
} from '../../../../src/core/tracking/otherVersions';
import { aTask } from '../../../fakes/aTask';
import { FakeClock } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';

describe('looking for a task in other API versions', () => {
  it('is worth it where its own version does not find it', () => {
    const since = 0;
    assert.equal(mayBeOfOtherVersion(aTask({ isMissing: true })), true);
    for (const kind of ['taskNotFound', 'notServed'] as const)
      assert.equal(mayBeOfOtherVersion(aTask({ trouble: { kind, since } })), true);
    for (const kind of ['network', 'auth', 'server'] as const)
      assert.equal(mayBeOfOtherVersion(aTask({ trouble: { kind, since } })), false);
    assert.equal(mayBeOfOtherVersion(aTask()), false);
  });

  it('leaves a task as it is that its own version finds after all', async () => {
    const cloud = new FakeCloud(() => 0);
    cloud.set(id, 'running');
    const store = new TaskStore();
    // The first that is asked.
    const ref = { apiVersion: 'v4', id } as const;
    const [task] = store.track([ref], 5);
    const move = await moveToVersionFound([ref], {
      store,
      connect: () => Promise.resolve(cloud),
      isOfficial: true,
      clock: new FakeClock(),
      signal: never,
    });
    assert.deepEqual(move, { found: [ref], unknownCount: 0 });
    assert.deepEqual(store.tasks(), [task]);
  });

  it('tracks nothing in the place of a task that is untracked meanwhile', async () => {
    const cloud = new FakeCloud(() => 0);
    cloud.set(id, 'running');
    const store = new TaskStore();
    const ref = { apiVersion: 'v4', id } as const;
    store.track([ref], 5);
    const move = await moveToVersionFound([ref], {
      store,
      connect: () => {
        store.untrack([ref]);
        return Promise.resolve(cloud);
      },
      isOfficial: true,
      clock: new FakeClock(),
      signal: never,
    });
    assert.deepEqual(move, { found: [], unknownCount: 0 });
    assert.deepEqual(store.tasks(), []);
  });

  it('puts what another version finds in its place, and counts what none knows', async () => {
    const cloud = new FakeCloud(() => 0);
    cloud.set('r-2', 'running', { apiVersion: 'v4', sessionId: id });
    cloud.set('r-1', 'running', { apiVersion: 'v4', sessionId: id });
    const store = new TaskStore();
    const refs = [id, 'unknown'].map((each) => ({ apiVersion: 'v2', id: each }) as const);
    store.track(refs, 5);
    const clock = new FakeClock();
    const moving = moveToVersionFound(refs, {
      store,
      connect: () => Promise.resolve(cloud),
      isOfficial: true,
      clock,
      signal: never,
    });
    await clock.advance(3000);
    const { found, unknownCount } = await moving;
    assert.deepEqual(new Set(found.map((ref) => ref.id)), new Set(['r-1', 'r-2']));
    assert.equal(unknownCount, 1);
    assert.deepEqual(
      new Set(store.tasks().map((task) => task.id)),
      new Set(['unknown', 'r-1', 'r-2']),
    );
  });

  it('ends where a request fails, and says why; what was not looked for stays', async () => {
    const cloud = new FakeCloud(() => 0);
    cloud.fail('network');
    const store = new TaskStore();
    const refs = ['a', 'b'].map((each) => ({ apiVersion: 'v2', id: each }) as const);
    store.track(refs, 5);
    const move = await moveToVersionFound(refs, {
      store,
      connect: () => Promise.resolve(cloud),
      isOfficial: true,
      clock: new FakeClock(),
      signal: never,
    });
    assert.equal(move.error?.kind, 'network');
    assert.equal(cloud.requested.length, 1);
    assert.equal(store.tasks().length, 2);
  });

  it('says what was not found, and nothing where all was', () => {
    const host = 'api.example';
    assert.equal(versionMoveMessage({ found: [], unknownCount: 0 }, host), undefined);
    assert.deepEqual(versionMoveMessage({ found: [], unknownCount: 1 }, host), {
      text: 'No API version of api.example knows this ID for this API key.',
      nextStep: 'setApiKey',
    });
    assert.match(
      versionMoveMessage({ found: [], unknownCount: 3 }, host)?.text ?? '',
      /knows 3 of these IDs/u,
    );
    const error = new CloudError('network', 'x');
    assert.match(
      versionMoveMessage({ found: [], unknownCount: 1, error }, host)?.text ?? '',
      /cannot be reached/u,
    );
  });
});
