import { setTimeout as sleep } from 'node:timers/promises';
import { simulatorKey } from '../../simulator/startSimulator';
import type { Contender } from './messages';

const pauseMs = 2000;

/**
 * The bound: what learning of the ends from lists costs without all else. Lists of all tasks at the same pace, fetched
 * and parsed by what the platform has built in, without a check, a cap, a deadline, a plan or a store. At most a hundred tasks.
 */
export function createContender(): Contender {
  return {
    poll: async (world, onEnd) => {
      const running = new Map(world.tasks.map(({ id, endsAtMs }) => [id, endsAtMs]));
      const headers = { 'X-Browser-Use-API-Key': simulatorKey };
      while (running.size > 0) {
        const answer = await fetch(`${world.url}/api/v2/tasks?pageSize=100&pageNumber=1`, {
          headers,
        });
        const { items } = (await answer.json()) as {
          items: readonly { readonly id: string; readonly finishedAt: string | null }[];
        };
        for (const { id, finishedAt } of items) {
          const endsAtMs = running.get(id);
          if (finishedAt === null || endsAtMs === undefined) continue;
          running.delete(id);
          onEnd(endsAtMs);
        }
        if (running.size > 0) await sleep(pauseMs);
      }
    },
  };
}
