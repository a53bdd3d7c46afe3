import assert from 'node:assert/strict';
import { refKey, type TaskRef } from '../../../../src/core/cloud/task';
import { TaskPersistence, type TaskFiles } from '../../../../src/core/tasks/taskPersistence';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import { settle } from '../../../fakes/fakeClock';

/** A folder in memory whose writes last until a test lets them end. */
class SlowFiles implements TaskFiles {
  readonly kept = new Map<string, TrackedTask>();
  readonly log: string[] = [];
  readonly waiting: (() => void)[] = [];
  failure: Error | undefined;
  isSlow = false;
  peak = 0;
  #running = 0;

  async load(): Promise<readonly TrackedTask[]> {
    await this.#pass();
    return [...this.kept.values()];
  }

  async save(task: TrackedTask): Promise<void> {
    this.log.push(`save ${task.id} ${task.status}`);
    await this.#pass();
    this.kept.set(refKey(task), task);
  }

  async remove(ref: TaskRef): Promise<void> {
    this.log.push(`remove ${ref.id}`);
    await this.#pass();
    this.kept.delete(refKey(ref));
  }

  endAll(): void {
    for (const end of this.waiting.splice(0)) end();
  }

  async #pass(): Promise<void> {
    this.#running++;
    this.peak = Math.max(this.peak, this.#running);
    if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else await Promise.resolve();
    this.#running--;
    if (this.failure) throw this.failure;
  }
}

describe('TaskPersistence', () => {
  let store: TaskStore;
  let folders: Map<string, SlowFiles>;
  let errors: string[];
  let persistence: TaskPersistence;

  beforeEach(() => {
    store = new TaskStore();
    folders = new Map([
      ['here', new SlowFiles()],
      ['there', new SlowFiles()],
    ]);
    errors = [];
    persistence = new TaskPersistence({
      store,
      filesOf: folder,
      onError: (what, error) => errors.push(`${what}: ${String(error)}`),
    });
  });

  afterEach(() => persistence.dispose());

  function folder(origin: string): SlowFiles {
    const files = folders.get(origin);
    assert.ok(files);
    return files;
  }

  const ids = (): string[] => store.tasks().map(({ id }) => id);
  const ref = (id: string): TaskRef => ({ apiVersion: 'v2', id });
  const update = (id: string, rawStatus: string, now = 1): void =>
    store.applyUpdate(ref(id), { status: 'running', rawStatus }, now, true);

  function keep(origin: string, ...tasks: TrackedTask[]): void {
    for (const task of tasks) folder(origin).kept.set(refKey(task), task);
  }

  it('brings kept tasks into the store without writing them back', async () => {
    const task = aTask();
    keep('here', task);
    await persistence.open('here');
    assert.deepEqual(store.tasks(), [task]);
    await persistence.flush();
    assert.deepEqual(folder('here').log, []);
  });

  it('saves what is tracked, what changes, and removes what is untracked', async () => {
    await persistence.open('here');
    store.track([ref('a')], 1);
    await persistence.flush();
    update('a', 'started');
    await persistence.flush();
    store.untrack([ref('a')]);
    await persistence.flush();
    assert.deepEqual(folder('here').log, ['save a unknown', 'save a running', 'remove a']);
    assert.equal(folder('here').kept.size, 0);
  });

  it('writes nothing where only trouble or the time of the poll has changed', async () => {
    keep('here', aTask());
    await persistence.open('here');
    store.applyUpdate(ref('a1'), { status: 'running', rawStatus: 'started' }, 99, false);
    store.noteTrouble(ref('a1'), { kind: 'server', since: 5 }, false);
    await persistence.flush();
    assert.deepEqual(folder('here').log, []);
  });

  it('never writes one task twice at once, and skips what is outdated by then', async () => {
    const files = folder('here');
    await persistence.open('here');
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
    const files = folder('here');
    await persistence.open('here');
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
    await persistence.open('here');
    const many = Array.from({ length: 1000 }, (_, at) => ref(`t${at}`));
    store.track(many, 1);
    await persistence.flush();
    assert.equal(folder('here').kept.size, 1000);
    assert.ok(folder('here').peak <= 16, `${folder('here').peak} at once`);
  });

  it("shows another server's tasks, and leaves the first one's in their files", async () => {
    keep('here', aTask({ id: 'h1' }));
    keep('there', aTask({ id: 't1' }));
    await persistence.open('here');
    const opened = persistence.open('there');
    assert.deepEqual(ids(), [], 'the new server could be asked for the old one’s tasks');
    await opened;
    assert.deepEqual(ids(), ['t1']);
    await persistence.flush();
    assert.deepEqual([...folder('here').kept.keys()], ['v2/h1']);
    store.untrack([ref('t1')]);
    await persistence.flush();
    assert.equal(folder('there').kept.size, 0);
    await persistence.open('here');
    assert.deepEqual(ids(), ['h1']);
  });

  it('drops what it read for a server that is no longer wanted', async () => {
    keep('here', aTask({ id: 'h1' }));
    keep('there', aTask({ id: 't1' }));
    folder('here').isSlow = true;
    const first = persistence.open('here');
    await settle();
    await persistence.open('there');
    folder('here').endAll();
    await first;
    assert.deepEqual(ids(), ['t1']);
  });

  it('finds what was written last when a server comes back while it is being written', async () => {
    const files = folder('here');
    await persistence.open('here');
    files.isSlow = true;
    store.track([ref('a')], 1);
    await settle();
    const away = persistence.open('there');
    const back = persistence.open('here');
    files.isSlow = false;
    files.endAll();
    await Promise.all([away, back]);
    assert.deepEqual(ids(), ['a']);
  });

  it('keeps a task that is tracked while the files are being read', async () => {
    keep('here', aTask({ id: 'h1' }));
    folder('here').isSlow = true;
    const opened = persistence.open('here');
    await settle();
    store.track([ref('early')], 1);
    folder('here').isSlow = false;
    folder('here').endAll();
    await opened;
    await persistence.flush();
    assert.deepEqual(ids(), ['h1', 'early']);
    assert.ok(folder('here').kept.has('v2/early'));
  });

  it('tells once of a disk that fails, and goes on', async () => {
    const files = folder('here');
    files.failure = new Error('disk full');
    await persistence.open('here');
    assert.deepEqual(errors, ['load: Error: disk full']);
    store.track([ref('a'), ref('b')], 1);
    await persistence.flush();
    assert.deepEqual(errors, ['load: Error: disk full', 'save: Error: disk full']);
    files.failure = undefined;
    update('a', 'started');
    await persistence.flush();
    assert.ok(files.kept.has('v2/a'));
  });

  it('asks before each write whether it still may, and keeps what it may not for its next turn', async () => {
    await persistence.open('here');
    let maySave = true;
    persistence.setSaving(true, () => maySave);
    folder('here').isSlow = true;
    store.track([ref('a')], 1);
    await settle();
    update('a', 'started');
    maySave = false;
    store.track([ref('b')], 1);
    folder('here').endAll();
    await persistence.flush();
    assert.deepEqual(folder('here').log, ['save a unknown']);
    folder('here').isSlow = false;
    persistence.setSaving(true);
    await persistence.flush();
    assert.deepEqual(folder('here').log.slice(1).sort(), ['save a running', 'save b unknown']);
  });

  it('writes at once what it is told to, though another window saves', async () => {
    keep('here', aTask({ id: 'gone' }));
    await persistence.open('here');
    persistence.setSaving(false);
    store.track([ref('a'), ref('b')], 1);
    store.untrack([ref('gone')]);
    persistence.saveNow([ref('a'), ref('gone')]);
    await persistence.flush();
    assert.deepEqual(folder('here').log, ['save a unknown', 'remove gone']);
  });

  it('reads again what another window has saved, and drops what it has removed', async () => {
    keep('here', aTask({ id: 'a' }), aTask({ id: 'b' }));
    await persistence.open('here');
    folder('here').kept.clear();
    keep('here', aTask({ id: 'b', status: 'finished' }), aTask({ id: 'c' }));
    await persistence.reload();
    assert.deepEqual(
      store.tasks().map(({ id, status }) => `${id} ${status}`),
      ['b finished', 'c running'],
    );
    await persistence.flush();
    assert.deepEqual(folder('here').log, []);
  });

  it('keeps what it has where it cannot read again', async () => {
    keep('here', aTask({ id: 'a' }));
    await persistence.open('here');
    folder('here').failure = new Error('gone');
    await persistence.reload();
    assert.deepEqual(ids(), ['a']);
    assert.deepEqual(errors, ['load: Error: gone']);
  });

  it('writes nothing more once it is disposed', async () => {
    await persistence.open('here');
    persistence.dispose();
    store.track([ref('a')], 1);
    await persistence.flush();
    assert.deepEqual(folder('here').log, []);
  });
});
