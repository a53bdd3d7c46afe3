import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock as clock } from '../../../src/platform/systemClock';
import type { Contender } from './messages';
import { startPolling } from './ours';

const newcomers = 10;
/** Until all others were seen and are polled as ever after. */
const settlingMs = 15_000;
const betweenMs = 4300;

/** The extension's poller beside whose running tasks new ones are tracked, one at a time. Tells when each is first seen, not its end. */
export function createContender(): Contender {
  return {
    async poll(world, onFirstSight) {
      const { store, poller } = startPolling(world);
      store.track(world.tasks.slice(newcomers), clock.now());
      await sleep(settlingMs);
      for (const task of world.tasks.slice(0, newcomers)) {
        const trackedAt = clock.now();
        const subscription = store.onDidChange((changes) => {
          if (!changes.some(({ after }) => after?.id === task.id && after.checkedAt !== undefined))
            return;
          subscription.dispose();
          onFirstSight(trackedAt);
        });
        store.track([task], trackedAt);
        await sleep(betweenMs);
      }
      poller.dispose();
    },
  };
}
