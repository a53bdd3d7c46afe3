import assert from 'node:assert/strict';
import { refKey, type TaskRef } from '../../../../src/core/cloud/task';
import { TaskPersistence } from '../../../../src/core/tasks/taskPersistence';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { MemoryFiles } from '../../../fakes/memoryFiles';

describe('TaskPersistence', () => {
  let store: TaskStore;
  let files: MemoryFiles;
  let clock: FakeClock;
  let errors: string[];
  let persistence: TaskPersistence;

  beforeEach(() => {
    store = new TaskStore();
    files = new MemoryFiles();
    clock = new FakeClock();
    errors = [];
    persistence = new TaskPersistence({
      store,
      files,
      clock,
      onError: (what, error) => errors.push(`${what}: ${String(error)}`),
    });
  });

  afterEach(() => persistence.dispose());

  const ids = (): string[] => store.tasks().map(({ id }) => id);
  const ref = (id: string): TaskRef => ({ apiVersion: 'v2', id });
  const update = (id: string, rawStatus: string, now = 1): void =>
    store.applyUpdate(ref(id), { status: 'running', rawStatus }, now, true);

  function keep(...tasks: TrackedTask[]): void {
    for (const task of tasks) files.kept.set(refKey(task), task);
  }

  it('brings kept tasks into the store without writing them back', async () => {
    const task = aTask();
    keep(task);
    await persistence.load();
    assert.deepEqual(store.tasks(), [task]);
    await persistence.flush();
    assert.deepEqual(files.log, []);
  });

  it('saves what is tracked, what changes, and removes what is untracked', async () => {
    await persistence.load();
    store.track([ref('a')], 1);
    await persistence.flush();
    update('a', 'started');
    await persistence.flush();
    store.untrack([ref('a')]);
    await persistence.flush();
    assert.deepEqual(files.log, ['save a unknown', 'save a running', 'remove a']);
    assert.equal(files.kept.size, 0);
  });

  it('writes nothing where only trouble or the time of the poll has changed', async () => {
    keep(aTask());
    await persistence.load();
    store.applyUpdate(ref('a1'), { status: 'running', rawStatus: 'started' }, 99, false);
    store.noteTrouble(ref('a1'), { kind: 'server', since: 5 }, false);
    await persistence.flush();
    assert.deepEqual(files.log, []);
  });

  it('never writes one task twice at once, and skips what is outdated by then', async () => {
    await persistence.load();
    files.isSlow = true;
    store.track([ref('a')], 1);
    update('a', 'x1');
    update('a', 'x2');
    update('a', 'x3');
    await settle();
    assert.deepEqual(files.log, ['save a unknown']);
    files.endAll();
    await settle();
    assert.deepEqual(files.log, ['save a unknown', 'save a running']);
    files.endAll();
    await persistence.flush();
    assert.equal(files.kept.get('v2/a')?.rawStatus, 'x3');
  });

  it('removes a task that is untracked while it is being saved', async () => {
    await persistence.load();
    files.isSlow = true;
    store.track([ref('a')], 1);
    await settle();
    store.untrack([ref('a')]);
    files.endAll();
    await settle();
    files.endAll();
    await persistence.flush();
    assert.equal(files.kept.size, 0);
  });

  it('opens few files at once, however many tasks change', async () => {
    await persistence.load();
    const many = Array.from({ length: 1000 }, (_, at) => ref(`t${at}`));
    store.track(many, 1);
    await persistence.flush();
    assert.equal(files.kept.size, 1000);
    assert.ok(files.peak <= 16, `${files.peak} at once`);
  });

  it('writes what is noted last where an older state waits for its turn when another window saves', async () => {
    await persistence.load();
    files.isSlow = true;
    store.track([ref('a')], 1);
    update('a', 'x1');
    persistence.setSaving(false);
    store.untrack([ref('a')]);
    files.isSlow = false;
    files.endAll();
    await persistence.flush();
    persistence.setSaving(true);
    await persistence.flush();
    assert.equal(files.kept.size, 0);
  });

  it('brings back no task whose file is removed while it is read, as that had failed before', async () => {
    persistence.setSaving(false);
    files.failure = new Error('busy');
    await persistence.load();
    keep(aTask({ id: 'h1' }));
    store.track([ref('h1')], 1);
    store.untrack([ref('h1')]);
    persistence.setSaving(true);
    files.isSlow = true;
    await settle();
    files.failure = undefined;
    persistence.setSaving(true);
    files.isSlow = false;
    files.endAll();
    await settle();
    assert.equal(files.reads.length, 1);
    assert.deepEqual(ids(), []);
    assert.equal(files.kept.size, 0);
  });

  it('drops what it reads once it is disposed', async () => {
    keep(aTask({ id: 'h1' }));
    files.isSlow = true;
    const loaded = persistence.load();
    await settle();
    persistence.dispose();
    files.endAll();
    await loaded;
    assert.deepEqual(ids(), []);
  });

  it('keeps a task that is tracked while the files are being read', async () => {
    keep(aTask({ id: 'h1' }));
    files.isSlow = true;
    const opened = persistence.load();
    await settle();
    store.track([ref('early')], 1);
    files.isSlow = false;
    files.endAll();
    await opened;
    await persistence.flush();
    assert.deepEqual(ids(), ['h1', 'early']);
    assert.ok(files.kept.has('v2/early'));
  });

  for (const [when, setSaving] of [
    ['saves', () => undefined],
    ['does not save yet', () => persistence.setSaving(false)],
  ] as const)
    it(`brings back no task that is tracked and untracked while its file is read, where this window ${when}`, async () => {
      keep(aTask({ id: 'gone' }), aTask({ id: 'again' }), aTask({ id: 'kept' }));
      files.isSlow = true;
      const opened = persistence.load();
      setSaving();
      await settle();
      store.track([ref('gone'), ref('again')], 5);
      store.untrack([ref('gone'), ref('again')]);
      store.track([ref('again')], 6);
      files.isSlow = false;
      files.endAll();
      await opened;
      assert.deepEqual(ids(), ['kept', 'again']);
      assert.equal(store.get(ref('again'))?.trackedAt, 6);
      persistence.setSaving(true);
      await persistence.flush();
      assert.deepEqual([...files.kept.keys()].sort(), ['v2/again', 'v2/kept']);
    });

  it('brings back no task that is tracked and untracked while what could not be read is read again', async () => {
    keep(aTask({ id: 'a' }), aTask({ id: 'b' }));
    files.failure = new Error('gone');
    await persistence.load();
    files.failure = undefined;
    files.isSlow = true;
    await clock.advance(60_000);
    store.track([ref('a')], 5);
    store.untrack([ref('a')]);
    files.isSlow = false;
    files.endAll();
    await settle();
    await persistence.flush();
    assert.deepEqual(ids(), ['b']);
    assert.deepEqual([...files.kept.keys()], ['v2/b']);
  });

  it('tells once of a disk that fails, and goes on', async () => {
    files.failure = new Error('disk full');
    await persistence.load();
    assert.deepEqual(errors, ['load: Error: disk full']);
    store.track([ref('a'), ref('b')], 1);
    await persistence.flush();
    assert.deepEqual(errors, ['load: Error: disk full', 'save: Error: disk full']);
    files.failure = undefined;
    update('a', 'started');
    await persistence.flush();
    assert.ok(files.kept.has('v2/a'));
  });

  it('writes what could not be written again a minute later, until it can, as an ended task changes no more', async () => {
    keep(aTask({ id: 'gone' }));
    await persistence.load();
    files.failure = new Error('disk full');
    store.track([ref('a')], 1);
    store.untrack([ref('gone')]);
    await persistence.flush();
    await clock.advance(60_000);
    assert.equal(errors.length, 1);
    assert.deepEqual(files.log, ['save a unknown', 'remove gone', 'save a unknown', 'remove gone']);
    files.failure = undefined;
    await clock.advance(59_999);
    assert.ok(!files.kept.has('v2/a'));
    await clock.advance(1);
    assert.deepEqual([...files.kept.keys()], ['v2/a']);
    assert.equal(clock.timers, 0);
  });

  it('keeps for its next turn what it may not write when it tries again', async () => {
    await persistence.load();
    let maySave = true;
    persistence.setSaving(true, () => maySave);
    files.failure = new Error('disk full');
    store.track([ref('a'), ref('b')], 1);
    await persistence.flush();
    files.failure = undefined;
    maySave = false;
    await clock.advance(60_000);
    assert.equal(files.kept.size, 0);
    persistence.setSaving(true);
    await persistence.flush();
    assert.deepEqual([...files.kept.keys()], ['v2/a', 'v2/b']);
  });

  it('leaves to another window what it could not write, until it saves again', async () => {
    await persistence.load();
    files.failure = new Error('disk full');
    store.track([ref('a')], 1);
    await persistence.flush();
    files.failure = undefined;
    persistence.setSaving(false);
    await clock.advance(60_000);
    assert.equal(files.kept.size, 0);
    persistence.setSaving(true);
    await persistence.flush();
    assert.ok(files.kept.has('v2/a'));
  });

  it('tries no failed write again where a later one has succeeded, or once it is disposed', async () => {
    await persistence.load();
    files.failure = new Error('disk full');
    store.track([ref('a')], 1);
    await persistence.flush();
    files.failure = undefined;
    update('a', 'started');
    await persistence.flush();
    await clock.advance(60_000);
    assert.deepEqual(files.log, ['save a unknown', 'save a running']);
    files.failure = new Error('disk full');
    update('a', 'again');
    await persistence.flush();
    persistence.dispose();
    await clock.advance(60_000);
    assert.deepEqual(files.log.slice(2), ['save a running']);
    assert.equal(clock.timers, 0);
  });

  it('asks before each write whether it still may, and keeps what it may not for its next turn', async () => {
    await persistence.load();
    let maySave = true;
    persistence.setSaving(true, () => maySave);
    files.isSlow = true;
    store.track([ref('a')], 1);
    await settle();
    update('a', 'started');
    maySave = false;
    store.track([ref('b')], 1);
    files.endAll();
    await persistence.flush();
    assert.deepEqual(files.log, ['save a unknown']);
    files.isSlow = false;
    persistence.setSaving(true);
    await persistence.flush();
    assert.deepEqual(files.log.slice(1).sort(), ['save a running', 'save b unknown']);
  });

  it('writes at once what it is told to, though another window saves', async () => {
    keep(aTask({ id: 'gone' }));
    await persistence.load();
    persistence.setSaving(false);
    store.track([ref('a'), ref('b')], 1);
    store.untrack([ref('gone')]);
    persistence.saveNow([ref('a'), ref('gone')]);
    await persistence.flush();
    assert.deepEqual(files.log, ['save a unknown', 'remove gone']);
  });

  it('reads again what another window has saved, and drops what it has removed', async () => {
    keep(aTask({ id: 'a' }), aTask({ id: 'b' }));
    await persistence.load();
    files.kept.clear();
    keep(aTask({ id: 'b', status: 'finished' }), aTask({ id: 'c' }));
    await persistence.reload();
    assert.deepEqual(
      store.tasks().map(({ id, status }) => `${id} ${status}`),
      ['b finished', 'c running'],
    );
    await persistence.flush();
    assert.deepEqual(files.log, []);
  });

  it('keeps what it has where it cannot read again', async () => {
    keep(aTask({ id: 'a' }));
    await persistence.load();
    files.failure = new Error('gone');
    await persistence.reload();
    assert.deepEqual(ids(), ['a']);
    assert.deepEqual(errors, ['load: Error: gone']);
  });

  it('reads again each minute what it could not read, until it can; what is tracked meanwhile stays', async () => {
    keep(aTask({ id: 'kept' }), aTask({ id: 'both' }));
    files.failure = new Error('too many open files');
    await persistence.load();
    files.failure = undefined;
    store.track([ref('new'), ref('both')], 5);
    await persistence.flush();
    files.failure = new Error('too many open files');
    await clock.advance(60_000);
    assert.deepEqual(ids(), ['new', 'both']);
    files.failure = undefined;
    await clock.advance(59_999);
    assert.deepEqual(ids(), ['new', 'both']);
    await clock.advance(1);
    assert.deepEqual(ids(), ['new', 'both', 'kept']);
    assert.equal(store.get(ref('both'))?.trackedAt, 5);
    assert.deepEqual(errors, ['load: Error: too many open files']);
    assert.equal(clock.timers, 0);
    assert.equal(files.kept.size, 3);
  });

  it('brings nothing back that is untracked before what could not be read is read', async () => {
    keep(aTask({ id: 'a' }), aTask({ id: 'b' }), aTask({ id: 'c' }));
    files.failure = new Error('gone');
    await persistence.load();
    store.track([ref('a'), ref('b')], 5);
    store.untrack([ref('a')]);
    await persistence.flush();
    files.failure = undefined;
    files.isSlow = true;
    await clock.advance(60_000);
    files.endAll();
    await settle();
    store.untrack([ref('b')]);
    files.isSlow = false;
    files.endAll();
    await persistence.flush();
    assert.deepEqual(ids(), ['c']);
    assert.deepEqual([...files.kept.keys()], ['v2/c']);
  });

  it('leaves it to the window that saves to read again, until it saves itself', async () => {
    keep(aTask({ id: 'a' }));
    files.failure = new Error('gone');
    await persistence.load();
    persistence.setSaving(false);
    files.failure = undefined;
    await clock.advance(120_000);
    assert.deepEqual(ids(), []);
    persistence.setSaving(true);
    await settle();
    assert.deepEqual(ids(), ['a']);
  });

  for (const [how, stop] of [
    ['saves by then', () => persistence.setSaving(false)],
    ['took its place while it hung', () => persistence.setSaving(true, () => false)],
  ] as const)
    it(`adds nothing that it has read again where another window ${how}`, async () => {
      keep(aTask({ id: 'a' }));
      files.failure = new Error('gone');
      await persistence.load();
      files.failure = undefined;
      files.isSlow = true;
      await clock.advance(60_000);
      stop();
      files.isSlow = false;
      files.endAll();
      await settle();
      assert.deepEqual(ids(), []);
      persistence.setSaving(true);
      await settle();
      assert.deepEqual(ids(), ['a']);
    });

  it('reads single files that it could not read again each minute, these alone, until it can', async () => {
    keep(aTask({ id: 'good' }), aTask({ id: 'bad' }), aTask({ id: 'worse' }));
    files.unreadable.add('v2/bad').add('v2/worse');
    await persistence.load();
    assert.deepEqual(ids(), ['good']);
    await clock.advance(60_000);
    files.unreadable.delete('v2/bad');
    await clock.advance(60_000);
    assert.deepEqual(ids(), ['good', 'bad']);
    files.unreadable.clear();
    await clock.advance(60_000);
    assert.deepEqual(ids(), ['good', 'bad', 'worse']);
    assert.deepEqual(files.reads, [
      'v2/good v2/bad v2/worse',
      'v2/bad v2/worse',
      'v2/bad v2/worse',
      'v2/worse',
    ]);
    assert.equal(clock.timers, 0);
    assert.deepEqual(errors, []);
  });

  it('keeps to what is done meanwhile with a task whose file can be read again', async () => {
    keep(aTask({ id: 'tracked' }), aTask({ id: 'untracked' }));
    files.unreadable.add('v2/tracked').add('v2/untracked');
    await persistence.load();
    store.track([ref('tracked'), ref('untracked')], 5);
    store.untrack([ref('untracked')]);
    await persistence.flush();
    assert.equal(files.kept.size, 2);
    files.unreadable.clear();
    await clock.advance(60_000);
    await persistence.flush();
    assert.deepEqual(
      store.tasks().map(({ id, trackedAt }) => `${id} ${trackedAt}`),
      ['tracked 5'],
    );
    assert.deepEqual([...files.kept.keys()], ['v2/tracked']);
  });

  it('reads all again where another window, which may have read less, has led meanwhile', async () => {
    keep(aTask({ id: 'good' }), aTask({ id: 'bad' }));
    files.unreadable.add('v2/bad');
    await persistence.load();
    persistence.setSaving(false);
    persistence.fillByOther(() => store.replaceAll([]));
    persistence.setSaving(true);
    await settle();
    assert.deepEqual(ids(), ['good']);
    files.unreadable.clear();
    await clock.advance(60_000);
    assert.deepEqual(ids(), ['good', 'bad']);
  });

  it('reads nothing again once it is disposed', async () => {
    files.failure = new Error('gone');
    await persistence.load();
    persistence.dispose();
    files.failure = undefined;
    keep(aTask({ id: 'a' }));
    await clock.advance(120_000);
    assert.deepEqual(ids(), []);
    assert.equal(clock.timers, 0);
  });

  it('writes nothing more once it is disposed', async () => {
    await persistence.load();
    persistence.dispose();
    store.track([ref('a')], 1);
    await persistence.flush();
    assert.deepEqual(files.log, []);
  });
});
