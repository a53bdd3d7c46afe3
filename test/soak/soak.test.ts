import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import { refKey, type TaskRef, type TaskStatus } from '../../src/core/cloud/task';
import { FakeClock } from '../fakes/fakeClock';
import { FakeCloud } from '../fakes/fakeCloud';
import { FakeWindow } from '../fakes/fakeWindow';
import { FakeWindows } from '../fakes/fakeWindows';
import { seededRandom } from '../fakes/seededRandom';

const minute = 60_000;
const hour = 60 * minute;
const taskCount = 1000;
const lengthMs = 24 * hour;
/** What a fault costs at most beyond the longest pause: a backoff of a minute, a rate limit of five, an outage of ten, a deadline. */
const longestDelayMs = 20 * minute;

describe('a day of a thousand tasks in three windows, with faults', function () {
  this.timeout(120_000);

  it('loses nothing, tells nothing twice, and leaves no memory behind', async () => {
    const random = seededRandom(20261122);
    const clock = new FakeClock();
    const machine = new FakeWindows(clock);
    machine.pickNext = (waiting) => Math.floor(random() * waiting);
    const cloud = new FakeCloud(() => clock.now());
    const disk = new Map<string, string>();
    const open = (): FakeWindow =>
      new FakeWindow({ clock, cloud, disk, join: machine.join, random }, 'away');
    const windows = [open(), open(), open()];
    const retired: FakeWindow[] = [];
    const announcedCounts = new Map<string, number>();
    const endedAt = new Map<string, number>();
    const startedAt = clock.now();
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const gatherNotices = (window: FakeWindow): void => {
      for (const { announcement } of window.announced.splice(0))
        if ('notice' in announcement)
          for (const ref of announcement.notice.refs)
            announcedCounts.set(refKey(ref), (announcedCounts.get(refKey(ref)) ?? 0) + 1);
    };

    // What happens when, in milliseconds since the beginning.
    const events: { at: number; act: () => void }[] = [];
    const at = (moment: number, act: () => void): void => void events.push({ at: moment, act });
    for (let index = 0; index < taskCount; index++) {
      const ref: TaskRef = { apiVersion: 'v2', id: `task-${index}` };
      const createdAt = random() * (lengthMs - 2 * hour);
      // Lognormal, median 90 s, 95th percentile 597 s, as in the table of the engine's figures.
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const takesMs = 90_000 * Math.exp(1.15 * normal) + 30_000;
      const end = pick<TaskStatus>(['finished', 'finished', 'failed', 'stopped']);
      at(createdAt, () => {
        const created = new Date(clock.now()).toISOString();
        cloud.set(ref.id, 'created', { createdAt: created });
        pick(windows).store.track([ref], clock.now());
      });
      at(createdAt + 5000, () => cloud.set(ref.id, 'running'));
      // Long enough after the start that the task has been checked.
      const endAt = Math.max(createdAt + longestDelayMs, createdAt + takesMs);
      at(endAt, () => {
        cloud.set(ref.id, end);
        endedAt.set(refKey(ref), clock.now());
      });
      at(endAt + longestDelayMs, () => {
        for (const { store } of windows) assert.equal(store.get(ref)?.status, end, ref.id);
        pick(windows).store.markSeen(ref);
      });
      // As people do who clear their view.
      at(endAt + longestDelayMs + minute, () => {
        pick(windows).store.untrack([ref]);
        cloud.tasks.delete(ref.id);
      });
    }
    const kinds: CloudErrorKind[] = ['network', 'server', 'timeout', 'badAnswer', 'rateLimited'];
    for (let outage = 0; outage < 100; outage++) {
      const kind = pick(kinds);
      const from = random() * lengthMs;
      at(from, () => {
        const rate = pick([0.1, 0.5, 1]);
        cloud.failWith = () =>
          random() < rate
            ? new CloudError(kind, 'ordered', { retryAfterMs: random() * 5 * minute })
            : undefined;
      });
      at(from + random() * 3 * minute, () => cloud.heal());
    }
    for (let change = 0; change < 300; change++)
      at(random() * lengthMs, () =>
        pick(windows).polling.setAttention(pick(['watching', 'hidden', 'away'])),
      );
    for (let change = 0; change < 60; change++)
      at(random() * lengthMs, () => {
        const index = Math.floor(random() * windows.length);
        const window = windows[index];
        if (!window) return;
        if (random() < 0.5) window.kill();
        else window.close();
        retired.push(window);
        windows[index] = open();
      });
    const heapAt: number[] = [];
    for (const when of [3 * hour, lengthMs]) at(when, () => heapAt.push(usedHeap()));
    events.sort((a, b) => a.at - b.at);

    for (const event of events) {
      const wait = startedAt + event.at - clock.now();
      if (wait > 0) await clock.advance(wait);
      event.act();
      for (const window of [...windows, ...retired.splice(0)]) gatherNotices(window);
      cloud.requested.length = 0;
    }
    await clock.advance(hour);
    for (const window of windows) gatherNotices(window);

    assert.equal(endedAt.size, taskCount);
    const twice = [...announcedCounts].filter(([, count]) => count > 1);
    assert.deepEqual(twice, [], 'told twice');
    const never = [...endedAt.keys()].filter((key) => !announcedCounts.has(key));
    assert.deepEqual(never, [], 'never told');
    for (const { store } of windows) assert.equal(store.tasks().length, 0);
    await Promise.all(windows.map(({ persistence }) => persistence.flush()));
    assert.equal(disk.size, 0, 'nothing is left on the disk');
    for (const window of windows) window.close();
    await clock.advance(2000);
    assert.equal(clock.timers, 0, 'no timer after the end');
    const [early = 0, features = 0] = heapAt;
    assert.ok(features - early < 5_000_000, `${((features - early) / 1e6).toFixed(1)} MB more`);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** In bytes, of what is still reachable. */
function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
