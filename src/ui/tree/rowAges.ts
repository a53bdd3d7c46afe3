import type { Clock } from '../../core/base/clock';
import { type Disposable, disposeAll } from '../../core/base/event';
import { hasRowTime } from '../../core/labels/rowDescription';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { LazyTree } from './lazyTree';
import type { TaskView } from './taskView';

interface RowAgesOptions {
  readonly view: Pick<TaskView, 'isVisible' | 'onDidChangeVisible'>;
  readonly tree: Pick<LazyTree, 'loaded'>;
  readonly tasks: TaskSource;
  readonly clock: Clock;
}

/** Times in rows are in minutes, so they are updated once a minute, in milliseconds. */
const pauseMs = 60_000;

/**
 * Keeps the times in the rows true: one chained timer, which exists only while the view is in sight and a task in it has a time
 * to tell.
 */
export function keepRowAges({ view, tree, tasks, clock }: RowAgesOptions): Disposable {
  let timer: AbortController | undefined;

  const startTimer = (): void => {
    if (timer || !view.isVisible || !tasks.tasks().some(hasRowTime)) return;
    const started = new AbortController();
    timer = started;
    void clock.sleep(pauseMs, started.signal).then(() => {
      if (started.signal.aborted) return;
      timer = undefined;
      tree.loaded?.drawAges();
      startTimer();
    });
  };
  const stopTimer = (): void => {
    timer?.abort();
    timer = undefined;
  };

  const subscriptions = [
    view.onDidChangeVisible(() => {
      stopTimer();
      if (!view.isVisible) return;
      tree.loaded?.drawAges();
      startTimer();
    }),
    tasks.onDidChange(startTimer),
  ];
  startTimer();
  return {
    dispose() {
      stopTimer();
      disposeAll(subscriptions);
    },
  };
}
