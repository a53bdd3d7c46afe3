import { type Disposable, disposeAll, listenToAll } from '../../core/base/event';
import { viewMessage } from '../../core/labels/viewMessage';
import type { Clock } from '../../core/base/clock';
import type { Polling } from '../../core/polling/polling';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { Settings } from '../settings';
import type { LazyTree, TaskView } from './taskView';
import { formatTimeOfDay } from './formatTime';
import { hasRowTime } from '../../core/labels/rowDescription';

interface FreshnessOptions {
  readonly view: TaskView;
  readonly tree: Pick<LazyTree, 'loaded'>;
  readonly tasks: TaskSource;
  readonly poller: Polling;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** How often ages and countdowns are updated while the view is visible, in milliseconds. */
const freshnessMs = 5000;

/** Keeps the line above the rows up to date: when they were updated, or why not. */
export function showFreshness({
  view,
  tree,
  tasks,
  poller,
  settings,
  clock,
}: FreshnessOptions): Disposable {
  const disposed = new AbortController();
  let isTicking = false;

  const refresh = (): void => {
    if (!view.isVisible) return;
    const { host, problem } = settings.baseUrl;
    view.setMessage(
      viewMessage({
        state: poller.state,
        taskCount: tasks.tasks().length,
        now: clock.now(),
        host,
        baseUrlProblem: problem,
        formatTime: formatTimeOfDay,
      }),
    );
    tickWhileSeen();
  };

  /** One chained timer, and none while nothing ages: with the view out of sight, or nothing active. */
  const tickWhileSeen = (): void => {
    if (isTicking || !view.isVisible || poller.state.activeCount === 0) return;
    isTicking = true;
    void clock.sleep(freshnessMs, disposed.signal).then(() => {
      isTicking = false;
      if (disposed.signal.aborted) return;
      tree.loaded?.dropOldTooltips();
      refresh();
    });
  };

  const subscription = listenToAll(
    [view.onDidChangeVisible, poller.onDidChangeState, settings.onDidChange, tasks.onDidChange],
    refresh,
  );
  refresh();
  return {
    dispose() {
      disposed.abort();
      subscription.dispose();
    },
  };
}

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
