import type { Clock } from '../base/clock';
import { hasEnded, type TaskRef } from '../cloud/task';
import type { TaskSource } from '../tasks/taskStore';
import type { TrackedTask } from '../tasks/trackedTask';

export interface WaitForEndOptions {
  readonly tasks: TaskSource;
  readonly clock: Clock;
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called at once and at each change, until the wait is over. */
  readonly onChange?: ((task: TrackedTask) => void) | undefined;
}

/** Why a wait is over. */
export type WaitResult = 'ended' | 'missing' | 'untracked' | 'timeout' | 'cancelled';

/**
 * Waits until a tracked task has ended. Sends no request: the poller goes its own pace, and its answers change the store.
 * Never rejects.
 */
export async function waitForEnd(
  ref: TaskRef,
  { tasks, clock, timeoutMs, signal, onChange }: WaitForEndOptions,
): Promise<WaitResult> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const result = (): WaitResult | undefined => {
    const task = tasks.get(ref);
    if (!task) return 'untracked';
    onChange?.(task);
    if (task.isMissing) return 'missing';
    return hasEnded(task.status) ? 'ended' : undefined;
  };
  let known = result();
  if (known !== undefined) return known;
  const subscription = tasks.onDidChange(() => {
    known ??= result();
    if (known !== undefined) end();
  });
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  await clock.sleep(timeoutMs, over.signal);
  signal.removeEventListener('abort', end);
  subscription.dispose();
  return known ?? (signal.aborted ? 'cancelled' : 'timeout');
}
