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
      const ref = (id: string) => ({ apiVersion: 'v2' as const, id });
      store.track(world.ids.slice(newcomers).map(ref), clock.now());
      await sleep(settlingMs);
      for (const id of world.ids.slice(0, newcomers)) {
        const trackedAt = clock.now();
        const subscription = store.onDidChange((changes) => {
          if (!changes.some(({ after }) => after?.id === id && after.checkedAt !== undefined))
            return;
          subscription.dispose();
          onFirstSight(trackedAt);
        });
        store.track([ref(id)], trackedAt);
        await sleep(betweenMs);
      }
      poller.dispose();
    },
  };
}
