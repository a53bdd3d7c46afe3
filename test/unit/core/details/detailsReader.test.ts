import assert from 'node:assert/strict';
import { DetailsReader } from '../../../../src/core/details/detailsReader';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { TaskRef, TaskSession } from '../../../../src/core/cloud/task';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';

const ref: TaskRef = { apiVersion: 'v2', id: 'a' };

const run: TaskRef = { apiVersion: 'v4', id: 'b' };

function build(task: TaskRef = ref) {
  const clock = new FakeClock();
  const cloud = new FakeCloud(() => clock.now());
  const store = new TaskStore();
  store.track([task], clock.now());
  const errors: unknown[] = [];
  const reader = new DetailsReader({
    ref: task,
    tasks: store,
    account: () => ({ store, connect: () => Promise.resolve(cloud) }),
    clock,
    random: () => 0.5,
    pauseMs: () => 2000,
    onError: (error) => errors.push(error),
  });
  return { clock, cloud, store, errors, reader };
}

describe('DetailsReader', () => {
  it('reads nothing before it is watched', async () => {
    const { clock, cloud } = build();
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 0);
    assert.equal(clock.timers, 0);
  });

  it('reads an ended task once', async () => {
    const { clock, cloud, reader, store } = build();
    cloud.set('a', 'finished', { output: 'done' });
    reader.setWatched(true);
    await clock.advance(600_000);
    assert.equal(cloud.requested.length, 1);
    assert.equal(clock.timers, 0);
    assert.equal(reader.state.details?.output, 'done');
    assert.equal(store.get(ref)?.output, 'done');
  });

  it('marks the task whose browser is still open, and takes the mark away once it is closed', async () => {
    const { clock, cloud, store, reader, errors } = build(run);
    const idleUntil = new Date(clock.now() + 600_000).toISOString();
    const show = async (session: TaskSession | undefined) => {
      cloud.set('b', 'finished', { apiVersion: 'v4', sessionId: 's', session });
      const done = reader.read();
      reader.setWatched(true);
      await clock.advance(0);
      await done;
      return store.get(run)?.browserOpenUntil;
    };
    const recordingUrls: string[] = [];
    assert.equal(await show({ status: 'active', idleUntil, recordingUrls }), Date.parse(idleUntil));
    assert.equal(await show(undefined), Date.parse(idleUntil), 'nobody knows');
    assert.equal(await show({ status: 'active', idleUntil: 'soon', recordingUrls }), undefined);
    await show({ status: 'active', idleUntil, recordingUrls });
    assert.equal(await show({ status: 'stopped', recordingUrls }), undefined);
    assert.deepEqual(errors, []);
  });

  it('reads once more when the browser that it shows as open was closed elsewhere', async () => {
    const { clock, cloud, store, reader, errors } = build(run);
    const idleUntil = new Date(clock.now() + 600_000).toISOString();
    const more = { apiVersion: 'v4', sessionId: 's' } as const;
    const session = { status: 'active', idleUntil, recordingUrls: [] };
    cloud.set('b', 'finished', { ...more, session });
    reader.setWatched(true);
    await clock.advance(500);
    assert.equal(reader.state.details?.session?.idleUntil, idleUntil);
    cloud.set('b', 'finished', { ...more, session: { status: 'stopped', recordingUrls: [] } });
    const task = store.get(run) ?? assert.fail();
    store.put([{ ...task, browserOpenUntil: undefined }]);
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 2);
    assert.equal(reader.state.details.session?.status, 'stopped');
    assert.deepEqual(errors, []);
  });

  it('reads a running task again after each pause, until it ends', async () => {
    const { clock, cloud, reader } = build();
    cloud.set('a', 'running');
    reader.setWatched(true);
    await clock.advance(5000);
    assert.equal(cloud.requested.length, 3);
    cloud.set('a', 'finished');
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 4);
    assert.equal(reader.state.details?.status, 'finished');
    assert.equal(clock.timers, 0);
  });

  it('gives a task with many steps a longer pause', async () => {
    const { clock, cloud, reader } = build();
    const step = { goal: '', evaluation: '', memory: '', url: '', actions: [] };
    const steps = Array.from({ length: 200 }, (_, index) => ({ ...step, number: index + 1 }));
    cloud.set('a', 'running', { steps });
    reader.setWatched(true);
    await clock.advance(5900);
    assert.equal(cloud.requested.length, 1);
    await clock.advance(200);
    assert.equal(cloud.requested.length, 2);
  });

  it('reads an ended task again, with growing pauses, while its steps cannot be read', async () => {
    const { clock, cloud, reader, errors } = build();
    const start = clock.now();
    const steps = new CloudError('server', '502');
    cloud.set('a', 'finished', { output: 'done', unread: { steps } });
    reader.setWatched(true);
    await clock.advance(60_000);
    const { details, trouble } = reader.state;
    assert.deepEqual([details?.output, trouble?.kind, trouble?.since], ['done', 'server', start]);
    assert.ok(cloud.requested.length >= 4 && cloud.requested.length <= 6);
    assert.equal(errors.length, cloud.requested.length);
    cloud.set('a', 'finished', { unread: undefined });
    await clock.advance(60_000);
    assert.equal(reader.state.trouble, undefined);
    assert.equal(clock.timers, 0);
  });

  it('reads an ended task once, though its steps will never be there', async () => {
    const { clock, cloud, reader } = build();
    cloud.set('a', 'finished', { unread: { steps: new CloudError('forbidden', '403') } });
    reader.setWatched(true);
    await clock.advance(60_000);
    assert.deepEqual([cloud.requested.length, clock.timers], [1, 0]);
    assert.equal(reader.state.trouble, undefined);
  });

  it('stops while it is not watched, and reads at once when it is watched again', async () => {
    const { clock, cloud, reader } = build();
    cloud.set('a', 'running');
    reader.setWatched(true);
    await clock.advance(1000);
    reader.setWatched(false);
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 1);
    assert.equal(clock.timers, 0);
    reader.setWatched(true);
    await settle();
    assert.equal(cloud.requested.length, 2);
  });

  it('reads once more when another poll saw the task move', async () => {
    const { clock, cloud, reader, store } = build();
    cloud.set('a', 'running');
    reader.setWatched(true);
    await clock.advance(500);
    cloud.set('a', 'finished', { rawStatus: 'finished' });
    store.applyUpdate(ref, { status: 'finished', rawStatus: 'finished' }, clock.now(), false);
    await settle();
    assert.equal(cloud.requested.length, 2);
    assert.equal(reader.state.details?.status, 'finished');
  });

  it('reads once more when a verdict came after the end', async () => {
    const { clock, cloud, reader, store } = build();
    cloud.set('a', 'finished');
    reader.setWatched(true);
    await clock.advance(500);
    cloud.set('a', 'finished', { judgeVerdict: false });
    const { status, rawStatus } = store.get(ref) ?? assert.fail();
    store.applyUpdate(ref, { status, rawStatus, judgeVerdict: false }, clock.now(), true);
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 2);
    assert.equal(reader.state.details?.judgeVerdict, false);
  });

  it('never goes back from ended to running because of an older answer', async () => {
    const { clock, cloud, reader } = build();
    cloud.set('a', 'finished');
    reader.setWatched(true);
    await clock.advance(100);
    cloud.set('a', 'running');
    await reader.read();
    assert.equal(reader.state.details?.status, 'finished');
  });

  it('keeps the last good details and their age when a reading fails, and recovers by itself', async () => {
    const { clock, cloud, reader, errors } = build();
    cloud.set('a', 'running', { cost: '0.5' });
    reader.setWatched(true);
    await clock.advance(100);
    const { readAt } = reader.state;
    cloud.fail('network');
    await clock.advance(2000);
    assert.equal(reader.state.trouble?.kind, 'network');
    assert.equal(reader.state.details?.cost, '0.5');
    assert.equal(reader.state.readAt, readAt);
    assert.equal(errors.length, 1);
    cloud.heal();
    await clock.advance(60_000);
    assert.equal(reader.state.trouble, undefined);
  });

  it('backs off while the network is away', async () => {
    const { clock, cloud, reader } = build();
    cloud.fail('network');
    reader.setWatched(true);
    await clock.advance(600_000);
    assert.ok(cloud.requested.length <= 20, `${cloud.requested.length} readings in 10 minutes`);
  });

  for (const kind of [
    'auth',
    'noKey',
    'taskNotFound',
    'notServed',
    'payment',
    'forbidden',
    'invalidRequest',
    'redirect',
    'tooLarge',
  ] as const)
    it(`waits for somebody's act after ${kind}`, async () => {
      const { clock, cloud, reader } = build();
      cloud.fail(kind);
      reader.setWatched(true);
      await clock.advance(600_000);
      assert.equal(cloud.requested.length, 1);
      assert.equal(clock.timers, 0);
      cloud.heal();
      cloud.set('a', 'finished');
      await reader.read();
      assert.equal(reader.state.trouble, undefined);
      assert.equal(reader.state.details?.status, 'finished');
    });

  it('sends nothing before a rate limit has passed, even when asked to', async () => {
    const { clock, cloud, reader } = build();
    cloud.fail('rateLimited', 30_000);
    reader.setWatched(true);
    await clock.advance(1000);
    cloud.heal();
    cloud.set('a', 'finished');
    await reader.read();
    await clock.advance(28_000);
    assert.equal(cloud.requested.length, 1);
    await clock.advance(2000);
    assert.equal(cloud.requested.length, 2);
    assert.equal(reader.state.details?.status, 'finished');
  });

  it('reads anew with another key, and drops the answer to the old one', async () => {
    const { clock, cloud, reader } = build();
    let open = (): void => undefined;
    cloud.gate = new Promise((resolve) => (open = resolve));
    cloud.set('a', 'finished', { output: 'old' });
    reader.setWatched(true);
    await settle();
    cloud.set('a', 'finished', { output: 'new' });
    reader.reconnect();
    open();
    await clock.advance(1000);
    assert.equal(cloud.requested.length, 2);
    assert.equal(reader.state.details?.output, 'new');
  });

  it('drops an answer that comes though its question was aborted, and a failure, too', async () => {
    const { clock, cloud, errors, reader, store } = build();
    cloud.isDeafToAborts = true;
    for (const fails of [false, true]) {
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      cloud.set('a', 'running', { output: 'old' });
      if (fails) cloud.fail('auth');
      reader.setWatched(true);
      await settle();
      cloud.heal();
      cloud.gate = undefined;
      cloud.set('a', 'running', { output: 'new' });
      reader.reconnect();
      open();
      await settle();
      assert.equal(reader.state.details?.output, 'new');
      assert.equal(store.get(ref)?.output, 'new');
      reader.setWatched(false);
      await clock.advance(0);
    }
    assert.deepEqual([errors, reader.state.trouble], [[], undefined]);
  });

  it('answers every reading that was asked for with one that began later', async () => {
    const { cloud, reader } = build();
    cloud.set('a', 'running');
    await Promise.all([reader.read(), reader.read(), reader.read()]);
    assert.equal(cloud.requested.length, 2);
  });

  it('reads the steps again whose links have expired, all before it shows any', async () => {
    const { clock, cloud, reader } = build();
    const step = { number: 1, goal: '', evaluation: '', memory: '', url: '', actions: [] };
    cloud.set('a', 'finished', { steps: [step] });
    reader.setWatched(true);
    await clock.advance(100);
    const known: unknown[] = [];
    const client = cloud.client('v2');
    let pieces = 2;
    cloud.client = () => ({
      ...client,
      async getDetails(id, signal, details) {
        known.push(details?.steps.length);
        const answer = await client.getDetails(id, signal);
        return { ...answer, isPartial: --pieces > 0 };
      },
    });
    const shown: unknown[] = [];
    reader.onDidChange(({ details }) => shown.push(details?.isPartial));
    await reader.readAnew();
    assert.deepEqual(known, [undefined, 1]);
    assert.deepEqual([...new Set(shown)], [undefined, false]);
    await reader.read();
    assert.deepEqual(known, [undefined, 1, 1]);
  });

  it('leaves neither timer nor word behind when it is disposed in mid-reading', async () => {
    const { clock, cloud, reader, store } = build();
    let open = (): void => undefined;
    cloud.gate = new Promise((resolve) => (open = resolve));
    cloud.set('a', 'finished', { output: 'late' });
    reader.setWatched(true);
    await settle();
    const states: unknown[] = [];
    reader.onDidChange((state) => states.push(state));
    const waiting = reader.read();
    reader.dispose();
    reader.dispose();
    open();
    await waiting;
    await clock.advance(60_000);
    assert.equal(states.length, 0);
    assert.equal(clock.timers, 0);
    assert.equal(store.get(ref)?.output, undefined);
    await reader.read();
    assert.equal(cloud.requested.length, 1);
  });

  it('tells when a reading begins, what it brought, and when it ends', async () => {
    const { clock, cloud, reader } = build();
    assert.deepEqual(reader.state, { isReading: false });
    const states: unknown[] = [];
    reader.onDidChange(({ isReading, details }) => states.push([isReading, details?.status]));
    cloud.set('a', 'finished');
    reader.setWatched(true);
    await clock.advance(100);
    assert.deepEqual(states, [
      [true, undefined],
      [false, 'finished'],
    ]);
    reader.setWatched(true);
    await clock.advance(100);
    assert.equal(states.length, 2);
  });

  it('goes by the last of what one answer tells of the task', async () => {
    const { clock, cloud, reader, store } = build();
    cloud.set('a', 'finished');
    reader.setWatched(true);
    await clock.advance(100);
    cloud.set('a', 'finished', { judgeVerdict: true });
    const update = { status: 'finished', rawStatus: 'finished', cost: '0.5' } as const;
    store.applyUpdates(
      [
        { ref, update },
        { ref, update: { ...update, judgeVerdict: true } },
      ],
      clock.now(),
      () => true,
    );
    await settle();
    assert.equal(reader.state.details?.judgeVerdict, true);
  });

  it('is deaf to what others see of other tasks, or of this one before it was read or as it was read', async () => {
    const { clock, cloud, reader, store } = build();
    const other: TaskRef = { apiVersion: 'v2', id: 'b' };
    store.track([other], clock.now());
    const update = (of: TaskRef, judgeVerdict?: boolean): void =>
      store.applyUpdate(
        of,
        { status: 'finished', rawStatus: 'finished', judgeVerdict },
        clock.now(),
        true,
      );
    update(ref);
    await settle();
    assert.equal(cloud.requested.length, 0);
    cloud.set('a', 'finished', { judgeVerdict: true });
    reader.setWatched(true);
    await clock.advance(100);
    update(other, false);
    store.untrack([other]);
    update(ref);
    update(ref, true);
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 1);
    store.untrack([ref]);
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, 1);
  });

  it('dates trouble from its beginning, and other trouble from its own', async () => {
    const { clock, cloud, reader } = build();
    cloud.set('a', 'running');
    cloud.fail('network');
    reader.setWatched(true);
    await settle();
    const begun = clock.now();
    assert.deepEqual(reader.state.trouble, { kind: 'network', since: begun });
    await clock.advance(30_000);
    assert.ok(cloud.requested.length > 1);
    assert.deepEqual(reader.state.trouble, { kind: 'network', since: begun });
    cloud.fail('server');
    await reader.read();
    assert.deepEqual(reader.state.trouble, { kind: 'server', since: clock.now() });
  });

  it('backs off while a running task that is known cannot be read', async () => {
    const { clock, cloud, reader } = build();
    cloud.set('a', 'running');
    reader.setWatched(true);
    await clock.advance(100);
    cloud.fail('timeout');
    await clock.advance(600_000);
    assert.ok(cloud.requested.length <= 20, `${cloud.requested.length} readings in 10 minutes`);
  });

  for (const kind of ['network', 'server', 'timeout', 'badAnswer'] as const)
    it(`gets over ${kind} by itself`, async () => {
      const { clock, cloud, reader } = build();
      cloud.set('a', 'finished');
      cloud.fail(kind);
      reader.setWatched(true);
      await settle();
      assert.equal(reader.state.readAt, undefined);
      cloud.heal();
      await clock.advance(60_000);
      assert.equal(reader.state.details?.status, 'finished');
    });

  it('takes an error of no known kind for a bad answer', async () => {
    const { cloud, reader } = build();
    cloud.failWith = () => new TypeError('x is undefined') as unknown as CloudError;
    reader.setWatched(true);
    await settle();
    assert.equal(reader.state.trouble?.kind, 'badAnswer');
    reader.dispose();
  });
});
