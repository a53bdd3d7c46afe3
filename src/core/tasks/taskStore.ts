import { answeredTask, isOlderAnswer } from './answeredTask';
import { Emitter, type Disposable, type Event } from '../base/event';
import { hasEnded, refKey, type TaskRef } from '../cloud/task';
import type { TaskUpdate } from '../cloud/taskClient';
import { patched, type TaskPatch, type TaskChange } from './taskPatch';
import { newlyTracked, type TrackedTask, type Trouble } from './trackedTask';

/** What an answer says of one task. */
export interface StatusUpdate {
  readonly ref: TaskRef;
  readonly update: TaskUpdate;
}

/**
 * The tracked tasks, and the only place where their state changes.
 * Tasks are immutable values: a change replaces one and fires `onDidChange`.
 */
export class TaskStore implements Disposable {
  readonly #tasks = new Map<string, TrackedTask>();
  readonly #didChange = new Emitter<readonly TaskChange[]>();
  readonly #didCheck = new Emitter<TrackedTask>();
  /** When the answer was requested that each task's state is from, as `stampRequest` counts. */
  readonly #stamps = new Map<string, number>();
  #stampCount = 0;

  /** Fires once for each call that changed something a reader can see; never for a poll that found all as it was. */
  readonly onDidChange: Event<readonly TaskChange[]> = this.#didChange.event;

  /** Fires for a poll that changed nothing but when it was. */
  readonly onDidCheck: Event<TrackedTask> = this.#didCheck.event;

  /** In the order in which they were added. */
  tasks(): readonly TrackedTask[] {
    return [...this.#tasks.values()];
  }

  get(ref: TaskRef): TrackedTask | undefined {
    return this.#tasks.get(refKey(ref));
  }

  /**
   * Adds what is not tracked yet; what following the account has tracked becomes the person's own.
   * @returns the tasks added, in the order given
   */
  track(refs: readonly TaskRef[], now: number): readonly TrackedTask[] {
    const added: TrackedTask[] = [];
    const changes: TaskChange[] = [];
    for (const ref of refs) {
      const before = this.get(ref);
      if (before && before.isFromAccount !== true) continue;
      const { isFromAccount, ...after } = before ?? newlyTracked(ref, now);
      this.#tasks.set(refKey(ref), after);
      changes.push({ before, after });
      if (!before) added.push(after);
    }
    this.#notify(changes);
    return added;
  }

  /** @returns the tasks that were tracked and no longer are */
  untrack(refs: readonly TaskRef[]): readonly TrackedTask[] {
    const removed: TrackedTask[] = [];
    for (const ref of refs) {
      const task = this.get(ref);
      if (!task) continue;
      this.#remove(ref);
      removed.push(task);
    }
    this.#notify(removed.map((before) => ({ before })));
    return removed;
  }

  /** Brings untracked tasks back as they were; those that are tracked again already stay. */
  restore(tasks: readonly TrackedTask[]): void {
    const restored = tasks.filter((task) => !this.get(task));
    for (const task of restored) this.#tasks.set(refKey(task), task);
    this.#notify(restored.map((after) => ({ after })));
  }

  /** Puts tasks as they are, in place of those of the same name or beside them. Fires once for all. */
  put(tasks: readonly TrackedTask[]): void {
    const changes = tasks.map((task) => this.#put(this.get(task), task));
    this.#notify(changes.filter((change) => change !== undefined));
  }

  /** Other tasks take the place of all: what was read from disk, or what another window holds. */
  replaceAll(tasks: readonly TrackedTask[]): void {
    const known = new Map(this.#tasks);
    this.#tasks.clear();
    for (const task of tasks) this.#tasks.set(refKey(task), task);
    const gone = [...known.values()].filter((task) => !this.get(task));
    for (const task of gone) this.#remove(task);
    const others = tasks
      .map((after) => ({ before: known.get(refKey(after)), after }))
      .filter(({ before, after }) => !before || !isEqualAppearance(before, after));
    this.#notify([...gone.map((before) => ({ before })), ...others]);
  }

  /**
   * Applies what another window sends. A patch for a task that is not tracked any more does nothing.
   * @param isFinal true for patches of the leader, which are taken as they are.
   *   Of any other window's, those that are older than the store's state are dropped.
   */
  applyPatches(patches: readonly TaskPatch[], isFinal: boolean): void {
    const changes: TaskChange[] = [];
    // The index of each task's last change: a poll that changed only `checkedAt` is merged into it.
    const places = new Map<string, number>();
    for (const patch of patches) {
      const change = this.#applyPatch(patch, isFinal);
      const ref = change?.after ?? change?.before;
      if (!change || !ref) continue;
      const place = places.get(refKey(ref));
      const known = place === undefined ? undefined : changes[place];
      if (place !== undefined && known && (isCheckOnly(known) || isCheckOnly(change)))
        changes[place] = { before: known.before, after: change.after };
      else places.set(refKey(ref), changes.push(change) - 1);
    }
    this.#notify(changes.filter((change) => !isCheckOnly(change)));
    for (const { after } of changes.filter(isCheckOnly)) if (after) this.#didCheck.fire(after);
  }

  /**
   * The order of requests: taken just before one is sent, and handed over with its answer. It counts, as a wall clock may
   * be set back.
   */
  stampRequest(): number {
    return ++this.#stampCount;
  }

  /**
   * Takes in the answer to a poll.
   * An answer that is older than what is known is dropped: one that was requested earlier, and whatever it says, an ended
   * task never becomes active again, nor does it change from one end to another, and one that has started is never
   * merely created again.
   * @param isFull whether the answer held all of the task, not only its status
   * @param stamp of `stampRequest`; without it the answer counts as requested just now
   */
  applyUpdate(
    ref: TaskRef,
    update: TaskUpdate,
    now: number,
    isFull: boolean,
    stamp = this.stampRequest(),
  ): void {
    this.applyUpdates([{ ref, update }], now, () => isFull, stamp);
  }

  /** As `applyUpdate` for many tasks, which one answer showed: fires once for all. */
  applyUpdates(
    updates: readonly StatusUpdate[],
    now: number,
    isFull: (update: StatusUpdate) => boolean,
    stamp = this.stampRequest(),
  ): void {
    const changes: TaskChange[] = [];
    const unchanged: TrackedTask[] = [];
    for (const each of updates) {
      const { ref, update } = each;
      const before = this.get(ref);
      if (!before || isOlderAnswer(update, before)) continue;
      const key = refKey(ref);
      if (stamp < (this.#stamps.get(key) ?? 0)) continue;
      this.#stamps.set(key, stamp);
      const news = answeredTask(before, update, now, isFull(each));
      const after = news ?? { ...before, checkedAt: now };
      this.#tasks.set(key, after);
      if (news && !isEqualAppearance(before, after)) changes.push({ before, after });
      else if (before.checkedAt !== now) unchanged.push(after);
    }
    this.#notify(changes);
    for (const task of unchanged) this.#didCheck.fire(task);
  }

  /** Notes that a poll failed. The last good answer stays. */
  noteTrouble(ref: TaskRef, trouble: Trouble, isMissing: boolean): void {
    const before = this.get(ref);
    if (!before) return;
    const since = before.trouble?.kind === trouble.kind ? before.trouble.since : trouble.since;
    this.#replace(before, { ...before, trouble: { kind: trouble.kind, since }, isMissing });
  }

  /** Notes that somebody has seen how the task ended. */
  markSeen(ref: TaskRef): void {
    this.setUnseen([ref], false);
  }

  /** Marks ends as seen, or as not seen yet; what has not ended stays as it is. Fires once for all. */
  setUnseen(refs: readonly TaskRef[], isUnseen: boolean): void {
    const changes: TaskChange[] = [];
    for (const ref of refs) {
      const before = this.get(ref);
      if (!before || before.isUnseen === isUnseen || !hasEnded(before.status)) continue;
      const change = this.#put(before, { ...before, isUnseen });
      if (change) changes.push(change);
    }
    this.#notify(changes);
  }

  /** Notes that the user has a task stopped, until a poll shows its end; or, with `undefined`, that it goes on. */
  setStopping(ref: TaskRef, stoppingSince: number | undefined): void {
    const before = this.get(ref);
    if (before) this.#replace(before, { ...before, stoppingSince });
  }

  dispose(): void {
    this.#didChange.dispose();
    this.#didCheck.dispose();
  }

  /** Fires no event. @returns what became of the task */
  #applyPatch(patch: TaskPatch, isFinal: boolean): TaskChange | undefined {
    if ('added' in patch) {
      const before = this.get(patch.added);
      // Whoever tracks a task that is tracked already knows less of it.
      if (before && !isFinal) return undefined;
      return this.#put(before, patch.added);
    }
    const before = this.get('removed' in patch ? patch.removed : patch.of);
    if (!before) return undefined;
    if ('removed' in patch) {
      this.#remove(before);
      return { before };
    }
    const after = patched(before, patch);
    if (!after || (!isFinal && isOlderAnswer(after, before))) return undefined;
    // An end that was seen here stays seen when another window observes it later, but for a person who marks it unseen.
    const isMark = Object.keys(patch.set).length === 1 && patch.unset.length === 0;
    const mayBeUnseen = isFinal || isMark || before.isUnseen || !hasEnded(before.status);
    const isUnseen = after.isUnseen && mayBeUnseen;
    return this.#put(before, { ...after, isUnseen });
  }

  /** @returns the change, were it only the time of a poll; `undefined` where there is none */
  #put(before: TrackedTask | undefined, after: TrackedTask): TaskChange | undefined {
    const change = { before, after };
    if (before?.checkedAt === after.checkedAt && isCheckOnly(change)) return undefined;
    this.#tasks.set(refKey(after), after);
    return change;
  }

  /** Forgets a task with all that is known of it. */
  #remove(ref: TaskRef): void {
    this.#tasks.delete(refKey(ref));
    this.#stamps.delete(refKey(ref));
  }

  #replace(before: TrackedTask, after: TrackedTask): void {
    const change = this.#put(before, after);
    if (change) this.#notify([change]);
  }

  #notify(changes: readonly TaskChange[]): void {
    if (changes.length > 0) this.#didChange.fire(changes);
  }
}

/** Tasks as their readers see them. */
export type TaskSource = Pick<TaskStore, 'tasks' | 'get' | 'onDidChange'>;

/** True for a poll that changed nothing but when it was. */
function isCheckOnly({ before, after }: TaskChange): boolean {
  return before !== undefined && after !== undefined && isEqualAppearance(before, after);
}

/** Equal but for `checkedAt`, which changes with every poll. */
function isEqualAppearance(a: TrackedTask, b: TrackedTask): boolean {
  const isTheSame = (key: string): boolean => {
    if (key === 'checkedAt') return true;
    if (key === 'trouble')
      return a.trouble?.kind === b.trouble?.kind && a.trouble?.since === b.trouble?.since;
    return a[key as keyof TrackedTask] === b[key as keyof TrackedTask];
  };
  return Object.keys(a).every(isTheSame) && Object.keys(b).every(isTheSame);
}
