import type { TrackedTask } from '../../src/core/tasks/trackedTask';

/** A running task that was polled once; fills in what a test does not care about. */
export function aTask(more: Partial<TrackedTask> = {}): TrackedTask {
  const trackedAt = Date.UTC(2026, 0, 13, 12);
  return {
    apiVersion: 'v2',
    id: 'a1',
    status: 'running',
    rawStatus: more.status ?? 'started',
    prompt: 'Find a flight',
    trackedAt,
    checkedAt: trackedAt,
    changedAt: trackedAt,
    isMissing: false,
    isUnseen: false,
    ...more,
  };
}
