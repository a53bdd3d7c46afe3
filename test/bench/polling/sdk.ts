import { BrowserUse } from 'browser-use-sdk';
import { BrowserUse as BrowserUseV3, SessionRun } from 'browser-use-sdk/v3';
import { BrowserUse as BrowserUseV4 } from 'browser-use-sdk/v4';
import { simulatorKey } from '../../simulator/startSimulator';
import type { Contender, WorldTask } from './messages';

type V3Session = Awaited<ReturnType<BrowserUseV3['sessions']['get']>>;

/**
 * The newest official SDK, with each version's own wait: `tasks.wait` of v2 and `runs.waitForCompletion` of v4, which ask for the
 * status every two seconds and then for the whole, and the run of v3, which asks for the whole session every two seconds. A run of
 * v3 belongs to the answer to a creation; here it is given sessions that exist.
 */
export function createContender(): Contender {
  return {
    poll: async ({ url, tasks }, onEnd) => {
      const options = (version: string) => ({
        apiKey: simulatorKey,
        baseUrl: `${url}/api/${version}`,
      });
      const v2 = new BrowserUse(options('v2'));
      const v3 = new BrowserUseV3(options('v3'));
      const v4 = new BrowserUseV4(options('v4'));
      const wait: Readonly<Record<WorldTask['apiVersion'], (id: string) => PromiseLike<unknown>>> =
        {
          v1: () => Promise.reject(new Error('The SDK does not speak v1.')),
          v2: (id) => v2.tasks.wait(id),
          v3: (id) => new SessionRun(Promise.resolve({ id } as V3Session), v3.sessions),
          v4: (id) => v4.runs.waitForCompletion(id),
        };
      await Promise.all(
        tasks.map(async ({ apiVersion, id, endsAtMs }) => {
          await wait[apiVersion](id);
          onEnd(endsAtMs);
        }),
      );
    },
  };
}
