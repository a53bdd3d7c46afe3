import type { TrackedTask } from '../../../src/core/tasks/trackedTask';

/** A task that has ended and was read, with texts as long as people and agents write. */
export function endedTask(index: number, endedAt: number): TrackedTask {
  const id = `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
  return {
    apiVersion: 'v2',
    id,
    status: 'finished',
    rawStatus: 'finished',
    readAs: 'finished',
    prompt: `Task ${index}: open the shop, look for the cheapest flight that fits, and report its price.`,
    output: `Flight ${index} costs 312 euros; it leaves at 9:40, arrives at 14:05, and has one stop.`,
    isSuccess: true,
    cost: '0.0432',
    model: 'browser-use-2.0',
    sessionId: `${String(index).padStart(8, '0')}-0000-4000-9000-000000000000`,
    createdAt: new Date(endedAt - 90_000).toISOString(),
    startedAt: new Date(endedAt - 89_000).toISOString(),
    finishedAt: new Date(endedAt).toISOString(),
    trackedAt: endedAt - 80_000,
    checkedAt: endedAt,
    changedAt: endedAt,
    isMissing: false,
    isUnseen: false,
  };
}
