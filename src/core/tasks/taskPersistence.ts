import type { Clock } from '../base/clock';
import type { Disposable } from '../base/event';
import { refKey, type TaskRef } from '../cloud/task';
import { formatTaskRecord } from './taskRecord';
import type { TaskStore } from './taskStore';
import type { TrackedTask } from './trackedTask';
import type { TaskChange } from './taskPatch';

export interface TaskPersistenceOptions {
  readonly store: TaskStore;
  /** Where the tasks are kept. */
  readonly files: TaskFiles;
  readonly clock: Clock;
  /** Told once when tasks cannot be read, and once when they cannot be saved. */
  readonly onError: (what: 'load' | 'save', error: unknown) => void;
}

/** One task's writes: what runs, and the newest state that came meanwhile. */
interface Write {
  readonly ref: TaskRef;
  /** Absent for a task that is no longer tracked. */
  task: TrackedTask | undefined;
  isDue: boolean;
  maySave: () => boolean;
  isRunning: boolean;
}

/** Each write holds a file open, and a system gives a process few. */
const writesAtOnce = 16;
/** So long after reading or writes have failed they are tried again, in milliseconds: a task that has ended changes no more by itself. */
const retryMs = 60_000;

/**
 * Keeps the tasks of a store in files: reads them into the store, and saves what changes.
 * The writes of one task never overlap, and of many changes during a write only the last is written.
 */
export class TaskPersistence implements Disposable {
  readonly #options: TaskPersistenceOptions;
  readonly #subscription: Disposable;
  readonly #writes = new Map<string, Write>();
  readonly #notified = new Set<'load' | 'save'>();
  /** Tasks that have changed while another window saved, and those whose last write has failed. */
  readonly #unsaved = new Map<string, TaskRef>();
  /** Reads the files that may hold tasks that the store lacks: this window could not read them, or another one that could not has led. */
  #readRest: ReadTasks | undefined;
  #isSaving = true;
  #maySave: () => boolean = () => true;
  #runningCount = 0;
  #flushWaiters: (() => void)[] = [];
  #ready: Promise<void> = Promise.resolve();
  readonly #readAll: ReadTasks = (onUnread) => this.#options.files.load(onUnread);
  #isFilling = false;
  #isFilledByOther = false;
  #isRetrying = false;
  readonly #disposed = new AbortController();

  constructor(options: TaskPersistenceOptions) {
    this.#options = options;
    this.#subscription = options.store.onDidChange((changes) => {
      if (this.#isFilling) return;
      for (const change of changes) {
        if (change.after || !this.#isFilledByOther) this.#note(change);
        else this.#readRest = this.#readAll;
      }
    });
  }

  /** True while the store's changes are nobody's doing, as they were read from disk. */
  get isFilling(): boolean {
    return this.#isFilling;
  }

  /** Resolves when the store holds what `load` has read, or it could not read. Never rejects. */
  get whenReady(): Promise<void> {
    return this.#ready;
  }

  /** Reads the tasks into the store; where they cannot be read, again later. Those that are tracked meanwhile stay. Never rejects. */
  load(): Promise<void> {
    this.#ready = this.#load();
    return this.#ready;
  }

  /**
   * While another window saves, changes are only noted; when the turn comes, they are written as they are then,
   * and files that could not be read are read again.
   * @param maySave called before each write, as this window may have lost the lease while it hung; a change that may not be written is noted.
   */
  setSaving(isSaving: boolean, maySave: () => boolean = () => true): void {
    this.#isSaving = isSaving;
    if (!isSaving) return;
    this.#maySave = maySave;
    this.#catchUp();
  }

  /** Has another window's tasks take the place of all: what it lacks stays on disk, as it may not have been able to read it. */
  fillByOther(change: () => void): void {
    this.#isFilledByOther = true;
    try {
      change();
    } finally {
      this.#isFilledByOther = false;
    }
  }

  /** Writes these tasks as they are, though another window saves: it does not answer. */
  saveNow(refs: readonly TaskRef[]): void {
    for (const ref of refs) this.#save(ref, this.#options.store.get(ref), () => true);
  }

  /**
   * Reads the tasks again, as another window has saved since: what its files hold is what there is.
   * Keeps what is in the store where they cannot be read. Never rejects.
   */
  async reload(): Promise<void> {
    await this.flush();
    const tasks = await this.#read();
    if (!tasks) return;
    this.#unsaved.clear();
    this.#fill(tasks);
  }

  /** Resolves when everything is written that has changed so far. Never rejects. */
  flush(): Promise<void> {
    if (this.#writes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#flushWaiters.push(resolve));
  }

  /** What is being written is still written; `flush` waits for it. */
  dispose(): void {
    this.#disposed.abort();
    this.#subscription.dispose();
  }

  async #load(): Promise<void> {
    const tasks = await this.#read();
    if (!tasks) return;
    const isKept = new Set(tasks.map(refKey));
    const early = this.#options.store.tasks().filter((task) => !isKept.has(refKey(task)));
    this.#fill([...tasks, ...early]);
  }

  /** Adds what the store lacks, as a change that other windows hear of. Never rejects. */
  async #readAgain(): Promise<void> {
    await this.flush();
    // Those of now: what is removed while the files are read may have been read before.
    const tasks = await this.#read(this.#readRest, new Set(this.#unsaved.keys()));
    if (!tasks) return;
    if (!this.#isSaving || !this.#maySave()) {
      this.#readRest = this.#readAll;
      return;
    }
    this.#options.store.restore(tasks);
  }

  /**
   * Reads the tasks, without those that are untracked meanwhile.
   * @param leftOut keys of tasks that are left out as well
   * @returns `undefined` where they cannot be read, and so are read again later, or where nobody waits for them. Never rejects.
   */
  async #read(
    read = this.#readAll,
    leftOut = new Set<string>(),
  ): Promise<readonly TrackedTask[] | undefined> {
    const subscription = this.#options.store.onDidChange((changes) => {
      for (const { before, after } of changes) if (before && !after) leftOut.add(refKey(before));
    });
    this.#readRest = undefined;
    try {
      const tasks = await read((readRest) => {
        this.#readRest ??= readRest;
        void this.#retryLater();
      });
      if (this.#disposed.signal.aborted) return undefined;
      return tasks.filter((task) => !leftOut.has(refKey(task)));
    } catch (error) {
      this.#readRest = this.#readAll;
      this.#notify('load', error);
      void this.#retryLater();
      return undefined;
    } finally {
      subscription.dispose();
    }
  }

  #fill(tasks: readonly TrackedTask[]): void {
    this.#isFilling = true;
    try {
      this.#options.store.replaceAll(tasks);
    } finally {
      this.#isFilling = false;
    }
  }

  #note({ before, after }: TaskChange): void {
    const ref = after ?? before;
    if (!ref) return;
    // Two values that differ in nothing that is kept need no write.
    if (
      before &&
      after &&
      formatTaskRecord({ ...before, checkedAt: after.checkedAt }) === formatTaskRecord(after)
    )
      return;
    if (this.#isSaving) return this.#save(ref, after);
    // An older state that waits for its turn would take the place of what is noted.
    const write = this.#writes.get(refKey(ref));
    if (write) write.isDue = false;
    this.#noteUnsaved(ref);
  }

  /** Writes what is noted, and reads what could not be read. */
  #catchUp(): void {
    // Those of now: what may not be written is noted again at once.
    const refs = [...this.#unsaved.values()];
    for (const ref of refs) this.#save(ref, this.#options.store.get(ref));
    if (this.#readRest) void this.#readAgain();
  }

  #noteUnsaved({ apiVersion, id }: TaskRef): void {
    this.#unsaved.set(refKey({ apiVersion, id }), { apiVersion, id });
  }

  #save(ref: TaskRef, task: TrackedTask | undefined, maySave = this.#maySave): void {
    if (this.#disposed.signal.aborted) return;
    const key = refKey(ref);
    const write = this.#writes.get(key);
    if (write) {
      write.task = task;
      write.isDue = true;
      write.maySave = maySave;
      return;
    }
    this.#writes.set(key, { ref, task, isDue: true, isRunning: false, maySave });
    this.#writeNext();
  }

  #writeNext(): void {
    if (this.#runningCount >= writesAtOnce) return;
    for (const [key, write] of this.#writes) {
      if (write.isRunning) continue;
      write.isRunning = true;
      this.#runningCount++;
      void this.#write(key, write);
      if (this.#runningCount >= writesAtOnce) return;
    }
    if (this.#writes.size > 0) return;
    const waiters = this.#flushWaiters;
    this.#flushWaiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Never rejects. */
  async #write(key: string, write: Write): Promise<void> {
    const { files } = this.#options;
    while (write.isDue) {
      write.isDue = false;
      this.#unsaved.delete(key);
      if (!write.maySave()) {
        this.#noteUnsaved(write.ref);
        continue;
      }
      try {
        await (write.task ? files.save(write.task) : files.remove(write.ref));
      } catch (error) {
        this.#notify('save', error);
        this.#noteUnsaved(write.ref);
        void this.#retryLater();
      }
    }
    // In the same turn as the check above, so that no change falls between.
    this.#writes.delete(key);
    this.#runningCount--;
    this.#writeNext();
  }

  /** One timer for all, and none while everything succeeds. Never rejects. */
  async #retryLater(): Promise<void> {
    const { signal } = this.#disposed;
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    await this.#options.clock.sleep(retryMs, signal);
    this.#isRetrying = false;
    if (this.#isSaving && !signal.aborted) this.#catchUp();
  }

  #notify(what: 'load' | 'save', error: unknown): void {
    if (this.#notified.has(what)) return;
    this.#notified.add(what);
    this.#options.onError(what, error);
  }
}

/** @param onUnread called where single files cannot be read, and perhaps can another time, with what reads these alone */
export type ReadTasks = (
  onUnread?: (readRest: ReadTasks) => void,
) => Promise<readonly TrackedTask[]>;

/** Where the tracked tasks of one account are kept. */
export interface TaskFiles {
  /**
   * All that can be read, in the order in which they were tracked. What is torn or not ours is skipped and left alone.
   * Rejects only where nothing can be read at all.
   */
  readonly load: ReadTasks;
  /** Whole or not at all: a reader sees the state before or after. Rejects in the place of what a newer version has written. */
  save(task: TrackedTask): Promise<void>;
  /** Does nothing where the task is not kept. Rejects as `save` does. */
  remove(ref: TaskRef): Promise<void>;
}

/** A file that is not read, and left alone. */
export interface SkippedFile {
  readonly name: string;
  readonly why: string;
  /** Whether it has the name of a tracked task's file. */
  readonly isTask: boolean;
}
