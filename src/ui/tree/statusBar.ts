import { StatusBarAlignment, window, type StatusBarItem } from 'vscode';
import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import type { PausedLabel } from '../../core/labels/pausedLabel';
import { statusBarLabel } from '../../core/labels/statusBarLabel';
import type { TaskSource } from '../../core/tasks/taskStore';
import { formatTimeOfDay } from './formatTime';
import { viewId } from './taskView';

/** One item that counts what runs and what has ended unseen; a click shows the view. Hidden while there is neither. */
export class StatusBar implements Disposable {
  readonly #tasks: TaskSource;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #item: StatusBarItem;
  readonly #subscription: Disposable;
  #paused: PausedLabel | undefined;

  constructor(tasks: TaskSource, clock: Pick<Clock, 'now'>) {
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
}
