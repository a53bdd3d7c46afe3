import { BrowserUse } from 'browser-use-sdk';
import { simulatorKey } from '../../simulator/startSimulator';
import type { Contender } from './messages';

/** The newest official SDK: `tasks.wait`, which asks for the status every two seconds, then for the whole task. */
export function createContender(): Contender {
  return {
    poll: async (world, onEnd) => {
      const client = new BrowserUse({ apiKey: simulatorKey, baseUrl: `${world.url}/api/v2` });
      await Promise.all(
        world.ids.map(async (id) => {
          const { finishedAt } = await client.tasks.wait(id);
          onEnd(Date.parse(`${finishedAt}Z`));
        }),
      );
    },
  };
}
