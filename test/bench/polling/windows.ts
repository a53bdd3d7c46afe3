import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloud } from '../../../src/api/index';
import { WindowPolling } from '../../../src/core/polling/polling';
import { RateLimiter } from '../../../src/core/polling/rateLimiter';
import { hasEnded } from '../../../src/core/cloud/task';
import { TaskPersistence } from '../../../src/core/tasks/taskPersistence';
import { TaskStore } from '../../../src/core/tasks/taskStore';
import { TokenBucket } from '../../../src/core/polling/tokenBucket';
import { openTaskFolder } from '../../../src/platform/node';
import { systemClock as clock } from '../../../src/platform/systemClock';
import { shareAmongWindows } from '../../../src/platform/sharedPolling';
import { simulatorKey } from '../../simulator/startSimulator';
import type { Contender, World } from './messages';

const intervals = { watching: 2000, hidden: 10_000, away: 30_000 };

/** All of the extension that has no face, once for each window, with real files and sockets between them; all are watched. */
export function createContender(windowCount: number): Contender {
  return {
    async poll(world, onEnd) {
      const root = await mkdtemp(join(tmpdir(), 'bench-windows-'));
      const windows = Array.from({ length: windowCount }, () => openWindow(root, world));
      await Promise.all(windows.map(({ sharing }) => sharing.whenReady));
      const last = new Map<string, number>();
      await new Promise<void>((resolve) => {
        const endsAtMs = new Map(world.tasks.map((task) => [task.id, task.endsAtMs]));
        let running = world.tasks.length;
        for (const { store } of windows)
          store.onDidChange((changes) => {
            for (const { before, after } of changes) {
              if (!after || !hasEnded(after.status) || (before && hasEnded(before.status)))
                continue;
              const known = (last.get(after.id) ?? 0) + 1;
              last.set(after.id, known);
              if (known < windowCount) continue;
              onEnd(endsAtMs.get(after.id) ?? NaN);
              running--;
            }
            if (running === 0) resolve();
          });
        windows.at(-1)?.store.track(world.tasks, clock.now());
      });
      for (const { close } of windows) await close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function openWindow(root: string, world: World) {
  const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
  const rateLimiter = new RateLimiter({ clock, bucket });
  const cloud = createCloud({ baseUrl: world.url, key: simulatorKey, rateLimiter });
  const { origin } = new URL(world.url);
  const store = new TaskStore();
  const polling = new WindowPolling({ tasks: store, intervals });
  polling.setAttention('watching');
  const onError = (error: unknown): void => console.error(error);
  const persistence = new TaskPersistence({
    store,
    clock,
    files: openTaskFolder({ root: join(root, 'tasks'), origin, onSkipped: onError }),
    onError: (_what, error) => onError(error),
  });
  void persistence.load();
  const sharing = shareAmongWindows({
    origin,
    store,
    persistence,
    polling,
    clock,
    bucket,
    intervals,
    connect: () => Promise.resolve(cloud),
    onError,
    isEnabled: () => false,
    announce: () => undefined,
    hasKey: () => true,
    readKey: () => Promise.resolve(),
    root: join(root, 'windows'),
    versions: [],
    following: () => undefined,
    onLimit: () => undefined,
    onRefused: () => undefined,
    onFollowingEnd: () => undefined,
    onAlone: onError,
  });
  const close = async (): Promise<void> => {
    await persistence.flush();
    sharing.dispose();
    persistence.dispose();
    polling.dispose();
  };
  return { store, sharing, close };
}
