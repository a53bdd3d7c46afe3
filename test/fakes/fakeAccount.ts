import { createRateLimiter } from '../../src/api/index';
import { readBaseUrl, type Server } from '../../src/core/cloud/baseUrl';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import {
  ShownTasks,
  CurrentAccount,
  type CurrentAccountOptions,
} from '../../src/ui/account/currentAccount';
import type { TaskFiles } from '../../src/core/tasks/taskPersistence';
import { AccountSession, type AccountSessionOptions } from '../../src/ui/account/accountSession';
import { FakeClock } from './fakeClock';
import { FakeCloud } from './fakeCloud';
import { MemorySecrets } from './memorySecrets';

/** A session of an account with a key, whose tasks are kept nowhere and that no other window shows. */
export function fakeSession(
  server: Server,
  options: Partial<AccountSessionOptions> = {},
): AccountSession {
  const clock = new FakeClock();
  return new AccountSession({
    server,
    problem: () => undefined,
    after: Promise.resolve(),
    secrets: new MemorySecrets(),
    environmentKey: { key: 'key-of-environment', origins: [server.origin] },
    log: { hide: () => undefined, error: () => undefined },
    loadApi: () =>
      Promise.resolve({ createCloud: () => new FakeCloud(() => 0), createRateLimiter }),
    clock,
    bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
    files: noFiles,
    onStorageError: (_what, error) => fail(error),
    loadWindows: () => new Promise(() => undefined),
    onError: fail,
    ...options,
  });
}

/** The account that the settings name, in such sessions. */
export function fakeAccount(
  settings: CurrentAccountOptions['settings'],
  options:
    Partial<AccountSessionOptions> | ((server: Server) => Partial<AccountSessionOptions>) = {},
): CurrentAccount {
  return new CurrentAccount({
    settings,
    tasks: new ShownTasks(),
    createSession: (server, after) =>
      fakeSession(server, {
        after,
        problem: () => settings.baseUrl.problem,
        ...(typeof options === 'function' ? options(server) : options),
      }),
  });
}

/** The server that a base URL names, which must be one that can be used. */
export function serverAt(baseUrl: string): Server {
  const { server, problem } = readBaseUrl(baseUrl);
  return server ?? fail(new Error(problem));
}

const noFiles: TaskFiles = {
  load: () => Promise.resolve([]),
  save: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

function fail(error: unknown): never {
  throw error;
}
