import { StatusBarAlignment, window, type StatusBarItem } from 'vscode';
import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import type { PausedLabel } from '../../core/labels/pausedLabel';
import { statusBarLabel } from '../../core/labels/statusBarLabel';
import type { TaskSource } from '../../core/tasks/taskStore';
import { formatTimeOfDay } from './formatTime';
import { viewId } from './taskView';

/** One item that counts what runs, what has ended unseen, and browsers that are still open; a click shows the view. Hidden while there is none. */
export class StatusBar implements Disposable {
  readonly #tasks: TaskSource;
  readonly #clock: Clock;
  readonly #item: StatusBarItem;
  readonly #subscription: Disposable;
  #paused: PausedLabel | undefined;
  /** Ends the wait for what changes by itself. */
  #wait = new AbortController();

  constructor(tasks: TaskSource, clock: Clock) {
    this.#tasks = tasks;
    this.#clock = clock;
    this.#item = window.createStatusBarItem('browserUseTasks.status', StatusBarAlignment.Left);
    this.#item.name = 'Browser Use Tasks';
    this.#item.command = `${viewId}.focus`;
    this.#subscription = tasks.onDidChange(() => this.#refresh());
    this.#refresh();
  }

  /** Shows beside the counts that polling is paused; without a label, that it is not. */
  setPaused(paused: PausedLabel | undefined): void {
    if (paused?.text === this.#paused?.text && paused?.reason === this.#paused?.reason) return;
    this.#paused = paused;
    this.#refresh();
  }

  dispose(): void {
    this.#wait.abort();
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #refresh(): void {
    const item = this.#item;
    const label = statusBarLabel(this.#tasks.tasks(), {
      paused: this.#paused,
      now: this.#clock.now(),
      formatTime: formatTimeOfDay,
    });
    this.#refreshAt(label?.changesAt);
    if (!label) {
      item.hide();
      return;
    }
    const text = `$(browser) ${label.text}`;
    if (item.text !== text) item.text = text;
    if (item.tooltip !== label.tooltip) {
      item.tooltip = label.tooltip;
      item.accessibilityInformation = { label: label.tooltip, role: 'button' };
    }
    item.show();
  }

  #refreshAt(at: number | undefined): void {
    this.#wait.abort();
    if (at === undefined) return;
    const { signal } = (this.#wait = new AbortController());
    void this.#clock.sleep(at - this.#clock.now(), signal).then(() => {
      if (!signal.aborted) this.#refresh();
    });
  }
}
