import { createRequire } from 'node:module';
import * as path from 'node:path';
import { BrowserUseClient } from 'browser-use-sdk-2';
import { simulatorKey } from '../../simulator/startSimulator';
import type { Contender } from './messages';

interface Parse {
  readonly wrapCreateTaskResponse: (
    tasks: BrowserUseClient['tasks'],
    created: { readonly id: string },
    schema: null,
  ) => { complete(): Promise<{ readonly finishedAt?: string | null }> };
}

/**
 * The official SDK of the line before: `complete` of a created task, which asks for the whole task every two seconds.
 * It belongs to the answer to a creation; here it is given tasks that exist.
 */
export function createContender(): Contender {
  const load = createRequire(__filename);
  const folder = path.dirname(load.resolve('browser-use-sdk-2'));
  const parse = load(path.join(folder, 'wrapper', 'lib', 'parse.js')) as Parse;
  return {
    poll: async (world, onEnd) => {
      const client = new BrowserUseClient({
        apiKey: simulatorKey,
        baseUrl: `${world.url}/api/v2`,
      });
      await Promise.all(
        world.tasks.map(async ({ id, endsAtMs }) => {
          await parse.wrapCreateTaskResponse(client.tasks, { id }, null).complete();
          onEnd(endsAtMs);
        }),
      );
    },
  };
}
