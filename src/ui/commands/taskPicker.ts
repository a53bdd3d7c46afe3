import { CancellationError, commands, env, ThemeIcon, window, type QuickPick } from 'vscode';
import type { Clock } from '../../core/base/clock';
import { type Disposable, disposeAll } from '../../core/base/event';
import { isOfficial } from '../../core/cloud/regions';
import { isAbort } from '../../core/cloud/errors';
import { parseTaskInput, type TaskInput } from '../../core/input/taskInput';
import { formatCount } from '../../core/labels/countLabel';
import { wordsOf } from '../../core/tasks/matchesSearch';
import { plainLabel } from '../../core/text/plainText';
import { asUuid } from '../../core/text/uuids';
import {
  AbsentVersions,
  listedVersions,
  RecentTasks,
  type RecentTask,
} from '../../core/tracking/recentTasks';
import {
  namedLabel,
  namesAny,
  notFoundLabel,
  rejectedMessage,
} from '../../core/tracking/trackingMessages';
import type { AccountSession } from '../account/accountSession';
import { ShownAccount } from '../account/shownAccount';
import type { Log } from '../log';
import type { Settings } from '../settings';
import {
  failureNotes,
  isChoice,
  isFoundBy,
  keyItem,
  note,
  olderItem,
  taskItem,
  type PickerItem,
} from './pickerItems';

export interface TaskPickerOptions {
  /** Whose tasks are offered. */
  readonly session: AccountSession;
  /** Tell the version of IDs whose version nothing else tells, and whose list is read. */
  readonly settings: Pick<Settings, 'apiVersion'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

/**
 * Asks for tasks in one box: by pasting what names them, and by choosing among the account's recent tasks, which are read from the
 * cloud as the person types and goes down. Nothing is chosen by itself, not even what the clipboard names. Where the key becomes
 * another account's meanwhile, the box begins anew with the text that was typed.
 * @throws {CancellationError} where the person gives up
 */
export async function pickTasks(options: TaskPickerOptions): Promise<TaskInput> {
  let text = '';
  for (;;) {
    const picker = new TaskPicker(options, text);
    try {
      const picked = await picker.picked;
      if (typeof picked === 'object') return picked;
      ({ text } = picker);
      if (picked === 'otherKey') continue;
    } finally {
      picker.dispose();
    }
    await commands.executeCommand('browserUseTasks.setApiKey');
    if (!(await options.session.key.get())) throw new CancellationError();
  }
}

/** Somebody who pastes at once needs no list. */
const listDelayMs = 250;
/** While a search has found fewer tasks than this, older ones are read by themselves. */
const enoughFound = 20;
/** For one search; each takes a request of 100 tasks. */
const mostPagesForSearch = 20;
/** Somebody who comes so near to the end wants to go on. */
const rowsBeforeEnd = 10;
/** In characters. What is longer is no list of tasks. */
const maxCopied = 10_000_000;

const absentVersions = new WeakMap<AccountSession, AbsentVersions>();

/** What is known of the session's server, whichever box has learned it, until the key changes: another one may see more. */
function absentAt(session: AccountSession): AbsentVersions {
  const known = absentVersions.get(session);
  if (known) return known;
  const absent = new AbsentVersions();
  absentVersions.set(session, absent);
  // It goes with the session.
  const subscription = session.key.onDidChange(() => {
    subscription.dispose();
    absentVersions.delete(session);
  });
  return absent;
}

type Picked = TaskInput | 'setApiKey' | 'otherKey';

class TaskPicker implements Disposable {
  readonly picked: Promise<Picked>;
  readonly #options: TaskPickerOptions;
  readonly #pick: QuickPick<PickerItem>;
  readonly #recent: RecentTasks;
  readonly #over = new AbortController();
  /** Aborts also when the session of the account ends. */
  readonly #signal: AbortSignal;
  readonly #subscriptions: readonly Disposable[];
  readonly #items = new WeakMap<RecentTask, PickerItem>();
  #checked: readonly PickerItem[] = [];
  #typed: PickerItem | undefined;
  #copied: { readonly item: PickerItem; readonly text: string } | undefined;
  #isKeyMissing = false;
  #isReading = false;
  #pagesForSearch = 0;
  #resolve: (picked: Picked) => void = () => undefined;

  constructor(options: TaskPickerOptions, text: string) {
    const { session, settings, clock } = options;
    this.#options = options;
    const absent = absentAt(session);
    const shown = ShownAccount.of(session);
    this.#signal = AbortSignal.any([this.#over.signal, session.signal]);
    this.#recent = new RecentTasks({
      connect: session.connect,
      versions: settings.apiVersion
        ? [settings.apiVersion]
        : absent.leaveOut(listedVersions(isOfficial(session.server)), clock.now()),
      onAbsent: (apiVersion) => absent.note(apiVersion, clock.now()),
      signal: this.#signal,
    });
    const pick = window.createQuickPick<PickerItem>();
    this.#pick = pick;
    pick.title = 'Track Tasks';
    pick.placeholder = 'Task IDs or links, or words to search the recent tasks for';
    pick.canSelectMany = true;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.keepScrollPosition = true;
    // People fetch an ID from elsewhere meanwhile.
    pick.ignoreFocusOut = true;
    this.picked = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      pick.onDidHide(() => reject(new CancellationError()));
    });
    this.#subscriptions = [
      pick.onDidChangeValue(() => this.#search()),
      pick.onDidChangeSelection((items) => this.#check(items)),
      pick.onDidChangeActive(([active]) => this.#goDown(active)),
      pick.onDidAccept(() => void this.#accept()),
      session.key.onDidChange(() => void this.#followKey(shown)),
      pick,
    ];
    pick.value = text;
    this.#search();
    pick.show();
    void this.#offerCopied();
    void this.#begin();
  }

  /** What the person has typed. */
  get text(): string {
    return this.#pick.value;
  }

  dispose(): void {
    this.#over.abort();
    disposeAll(this.#subscriptions);
  }

  /** The tasks of two accounts never stand in one list. */
  async #followKey(shown: Promise<ShownAccount>): Promise<void> {
    if (!(await (await shown).isCurrent())) this.#resolve('otherKey');
  }

  async #begin(): Promise<void> {
    const key = await this.#options.session.key.get();
    if (key) await this.#options.clock.sleep(listDelayMs, this.#signal);
    if (this.#signal.aborted) return;
    this.#isKeyMissing = !key;
    if (key) await this.#read();
    else this.#draw();
  }

  /** Searches as many more pages as a search may at first, as often as the person asks for it. */
  #readOlder(): void {
    this.#pagesForSearch = 0;
    void this.#read();
  }

  /** Reads on, and further while a search has found little. One at a time. */
  async #read(): Promise<void> {
    if (this.#isReading || this.#isKeyMissing) return;
    this.#isReading = true;
    this.#draw();
    try {
      do await this.#recent.readMore(() => this.#draw());
      while (this.#searchesOn());
    } catch (error) {
      if (!isAbort(error) && !this.#signal.aborted)
        this.#options.log.error('The recent tasks cannot be listed', error);
    } finally {
      this.#isReading = false;
    }
    this.#draw();
  }

  #searchesOn(): boolean {
    if (this.#pick.value.trim() === '' || this.#typed?.kindOf === 'typed') return false;
    if (!this.#recent.hasMore || this.#pagesForSearch++ >= mostPagesForSearch) return false;
    return this.#countFound() < enoughFound;
  }

  #countFound(): number {
    const words = wordsOf(this.#pick.value);
    return this.#recent.tasks.filter((task) => isFoundBy(this.#taskItem(task), words)).length;
  }

  /**
   * Has VS Code show the rows that it would not find: it takes several words, and the spaces after one, for one text.
   * @returns whether rows are to be drawn for that
   */
  #showFound(): boolean {
    const { value } = this.#pick;
    const isOfWords = /\S\s|\s\S/u.test(value) && this.#typed?.kindOf !== 'typed';
    const words = wordsOf(value);
    let hasChanged = false;
    for (const task of this.#recent.tasks) {
      const item = this.#taskItem(task);
      const alwaysShow = isOfWords && isFoundBy(item, words);
      hasChanged ||= item.alwaysShow !== alwaysShow;
      item.alwaysShow = alwaysShow;
    }
    return hasChanged;
  }

  #search(): void {
    this.#pagesForSearch = 0;
    const before = this.#typed;
    this.#typed = this.#judgeTyped();
    const isDue = this.#showFound();
    if (isDue || before || this.#typed) this.#draw();
    if (this.#typed?.kindOf === 'typed') this.#pick.activeItems = [this.#typed];
    else if (this.#recent.tasks.length > 0 && this.#searchesOn()) void this.#read();
  }

  /** What the text so far names; words that some task holds name nothing, nor does how the ID of one begins. */
  #judgeTyped(): PickerItem | undefined {
    const text = this.#pick.value;
    if (text.trim() === '') return undefined;
    const input = parseTaskInput(text, this.#options.settings.apiVersion);
    const refused = rejectedMessage(input);
    if (namesAny(input) && !this.#beginsId(text.trim()))
      return {
        kindOf: 'typed',
        label: `Track ${namedLabel(input)}`,
        iconPath: new ThemeIcon('add'),
        ...(refused !== undefined && { detail: plainLabel(`${refused}.`) }),
        alwaysShow: true,
      };
    if (refused === undefined || this.#countFound() > 0) return undefined;
    const { tasks, hasMore, failures } = this.#recent;
    const isAll = !hasMore && failures.length === 0;
    // What is recognised as no words is not said to have been searched for.
    const isSearched = input.rejected.every(({ text }) => text !== undefined);
    return note(notFoundLabel(isSearched ? tasks.length : 0, isAll), `${refused}.`);
  }

  /** Whether a task in the list has an ID that goes on after this. */
  #beginsId(text: string): boolean {
    const begun = text.toLowerCase();
    const ids = this.#recent.tasks.map(({ id }) => id.toLowerCase());
    return ids.some((id) => id.startsWith(begun)) && !ids.includes(begun);
  }

  /**
   * What the clipboard names comes first: nothing of its text is shown but IDs, as it may hold anything.
   * @returns true where it names something else than what stands there
   */
  async #offerCopied(): Promise<boolean> {
    let text = '';
    try {
      text = await env.clipboard.readText();
    } catch {
      // A browser may forbid it.
    }
    if (text.length > maxCopied || text === this.#copied?.text || this.#over.signal.aborted)
      return false;
    const input = parseTaskInput(text, undefined);
    const ids = [...input.refs, ...input.sessions].map(({ id }) => id);
    ids.push(...input.ids.filter((id) => asUuid(id) !== undefined));
    if (ids.length === 0) return false;
    const more = ids.length > 2 ? ` and ${formatCount(ids.length - 2)} more` : '';
    const item: PickerItem = {
      kindOf: 'copied',
      label: `Track ${namedLabel(input)} from the clipboard`,
      iconPath: new ThemeIcon('clippy'),
      detail: plainLabel(`${ids.slice(0, 2).join(', ')}${more}`),
    };
    this.#copied = { item, text };
    this.#draw();
    if (this.#pick.value === '' && this.#checked.length === 0) this.#pick.activeItems = [item];
    return true;
  }

  #check(items: readonly PickerItem[]): void {
    this.#checked = items.filter(isChoice);
    if (this.#checked.length === items.length) return;
    this.#act(items);
    this.#draw();
  }

  /** Does what rows mean that stand for no task. */
  #act(items: readonly PickerItem[]): void {
    if (items.some(({ kindOf }) => kindOf === 'setApiKey')) this.#resolve('setApiKey');
    if (items.some(({ kindOf }) => kindOf === 'older')) this.#readOlder();
  }

  #goDown(active: PickerItem | undefined): void {
    if (!active?.task || this.#pick.value !== '' || !this.#recent.hasMore) return;
    const last = this.#recent.tasks.slice(-rowsBeforeEnd);
    if (last.includes(active.task)) void this.#read();
  }

  /** Enter means what is checked, else what was typed, else the row that has the focus. */
  async #accept(): Promise<void> {
    // VS Code does not tell of a paste of more than some 30,000 characters, as its search fails for it. Then the box seems
    // empty, and what was pasted is in the clipboard: it is offered first.
    if (this.#pick.value === '' && this.#checked.length === 0 && (await this.#offerCopied()))
      return;
    const typed = this.#judgeTyped();
    const active = this.#pick.activeItems;
    const chosen =
      this.#checked.length > 0 ? this.#checked : typed?.kindOf === 'typed' ? [typed] : active;
    this.#act(chosen);
    const choices = chosen.filter(isChoice);
    if (choices.length === 0) return;
    const texts = choices.map(({ kindOf }) => {
      if (kindOf === 'typed') return this.#pick.value;
      return kindOf === 'copied' ? (this.#copied?.text ?? '') : '';
    });
    const input = this.#recent.withVersions(
      parseTaskInput(texts.join('\n'), this.#options.settings.apiVersion),
    );
    const refs = choices.flatMap(({ task }) => task ?? []);
    this.#resolve({
      ...input,
      refs: [...input.refs, ...refs.map(({ apiVersion, id }) => ({ apiVersion, id }))],
    });
  }

  #draw(): void {
    if (this.#over.signal.aborted) return;
    this.#pick.busy = this.#isReading;
    // What names no task may be words of one that was read since.
    if (this.#typed?.kindOf === 'note') this.#typed = this.#judgeTyped();
    this.#showFound();
    const { tasks } = this.#recent;
    const items = [
      ...(this.#typed ? [this.#typed] : []),
      ...(this.#copied ? [this.#copied.item] : []),
      ...tasks.map((task) => this.#taskItem(task)),
      ...this.#notes(),
    ];
    const { activeItems } = this.#pick;
    this.#pick.items = items;
    this.#pick.selectedItems = this.#checked.filter((item) => items.includes(item));
    const [active] = activeItems;
    if (active && items.includes(active)) this.#pick.activeItems = [active];
  }

  #taskItem(task: RecentTask): PickerItem {
    let item = this.#items.get(task);
    if (!item) {
      const { session, clock } = this.#options;
      const isTracked = session.store.get(task) !== undefined;
      item = taskItem(task, { now: clock.now(), isTracked });
      this.#items.set(task, item);
    }
    return item;
  }

  /** What stands below the tasks. */
  #notes(): PickerItem[] {
    if (this.#isKeyMissing) return [keyItem()];
    const { hasMore, tasks, failures } = this.#recent;
    const notes = failureNotes(failures, this.#options.session.server.host);
    if (this.#isReading) return notes;
    if (hasMore) return [olderItem(), ...notes];
    if (tasks.length === 0 && notes.length === 0)
      return [note('There are no recent tasks', 'The account of this API key has none.')];
    return notes;
  }
}
