import { createCloud } from '../../../src/api/index';
import { PollRounds } from '../../../src/core/polling/pollRound';
import { RateLimiter } from '../../../src/core/polling/rateLimiter';
import { hasEnded } from '../../../src/core/cloud/task';
import { TaskPoller } from '../../../src/core/polling/taskPoller';
import { TaskStore } from '../../../src/core/tasks/taskStore';
import { TokenBucket } from '../../../src/core/polling/tokenBucket';
import { systemClock as clock } from '../../../src/platform/systemClock';
import { simulatorKey } from '../../simulator/startSimulator';
import type { Contender, World } from './messages';

/** The extension's own poller over its own HTTP, put together as `src/extension.ts` does, the view being visible. */
export function createContender(): Contender {
  return {
    poll: (world, onEnd) =>
      new Promise((resolve) => {
        const { store, poller } = startPolling(world);
        const endsAtMs = new Map(world.tasks.map((task) => [task.id, task.endsAtMs]));
        let running = world.tasks.length;
        store.onDidChange((changes) => {
          for (const { before, after } of changes) {
            if (!after || !hasEnded(after.status) || (before && hasEnded(before.status))) continue;
            onEnd(endsAtMs.get(after.id) ?? NaN);
            running--;
          }
          if (running > 0) return;
          poller.dispose();
          resolve();
        });
        store.track(world.tasks, clock.now());
      }),
  };
}

/** A poller that watches the tasks of its store. Who starts it disposes it. */
export function startPolling(world: World): { store: TaskStore; poller: TaskPoller } {
  const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
  const rateLimiter = new RateLimiter({ clock, bucket });
  const cloud = createCloud({ baseUrl: world.url, key: simulatorKey, rateLimiter });
  const store = new TaskStore();
  const poller = new TaskPoller({
    store,
    clock,
    bucket,
    connect: () => Promise.resolve(cloud),
    random: Math.random,
    loadRounds: () => Promise.resolve({ PollRounds }),
    intervals: { watching: 2000, hidden: 10_000, away: 30_000 },
    onError: (error, what) => console.error(what, error),
  });
  poller.setAttention('watching');
  return { store, poller };
}
