import { StatusBarAlignment, window } from 'vscode';
import type { Disposable } from '../core/event';
import { statusBarWords } from '../core/statusBarWords';
import type { TaskStore } from '../core/taskStore';
import { viewId } from './taskView';

/** One item that counts what runs and what has ended unseen; a click shows the view. Hidden while nothing is tracked. */
export function showStatusBar(store: TaskStore): Disposable {
  const item = window.createStatusBarItem('browserUseTasks.status', StatusBarAlignment.Left);
  item.name = 'Browser Use Tasks';
  item.command = `${viewId}.focus`;
  const refresh = (): void => {
    const words = statusBarWords(store.tasks());
    if (!words) {
      item.hide();
      return;
    }
    const text = `$(browser) ${words.text}`;
    if (item.text !== text) item.text = text;
    if (item.tooltip !== words.tooltip) {
      item.tooltip = words.tooltip;
      item.accessibilityInformation = { label: words.tooltip, role: 'button' };
    }
    item.show();
  };
  refresh();
  const subscription = store.onDidChange(refresh);
  return {
    dispose() {
      subscription.dispose();
      item.dispose();
    },
  };
}
