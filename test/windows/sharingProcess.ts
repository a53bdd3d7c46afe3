import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudError } from '../../src/core/cloud/errors';
import { WindowPolling } from '../../src/core/polling/polling';
import type { TaskRef } from '../../src/core/cloud/task';
import { TaskPersistence, type TaskFiles } from '../../src/core/tasks/taskPersistence';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import { openTaskFolder } from '../../src/platform/node';
import { systemClock as clock } from '../../src/platform/systemClock';
import { shareAmongWindows } from '../../src/platform/sharedPolling';

/**
 * A window without VS Code and without a cloud, for tests that stop it: shares the tasks under the folder that it is given, does what its
 * standard input says ("track a", "untrack a"), and says on its standard output what it does.
 */
const root = process.argv[2];
if (root === undefined) throw new Error('The folder is missing.');
const deliver = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (error: unknown): void => deliver(`error ${String(error)}`);

const origin = 'https://cloud.example';
const store = new TaskStore();
const intervals = { watching: 2000, hidden: 2000, away: 2000 };
const polling = new WindowPolling({ tasks: store, intervals });
const spoken = (files: TaskFiles): TaskFiles => ({
  load: () => files.load(),
  save: (task) => {
    deliver(`saves ${task.id}`);
    return files.save(task);
  },
  remove: (ref) => {
    deliver(`removes ${ref.id}`);
    return files.remove(ref);
  },
});
const persistence = new TaskPersistence({
  store,
  clock,
  files: spoken(openTaskFolder({ root: join(root, 'tasks'), origin, onSkipped: fail })),
  onError: (_what, error) => fail(error),
});
void persistence.load();
const sharing = shareAmongWindows({
  origin,
  store,
  persistence,
  polling,
  clock,
  bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
  intervals,
  connect: () => {
    deliver('polls');
    return Promise.reject(new CloudError('network', 'There is none'));
  },
  onError: () => undefined,
  isEnabled: () => true,
  announce: ({ ...announcement }) => deliver(`announces ${JSON.stringify(announcement)}`),
  hasKey: () => true,
  readKey: () => Promise.resolve(),
  root: join(root, 'windows'),
  versions: [],
  following: () => undefined,
  onLimit: fail,
  onRefused: fail,
  onFollowingEnd: fail,
  onAlone: fail,
});
let isSilent = false;
polling.onDidChangeState((state) => {
  if (state.isLeaderSilent === true && !isSilent) deliver('silent');
  isSilent = state.isLeaderSilent === true;
});
store.onDidChange(() =>
  deliver(
    `shows ${store
      .tasks()
      .map(({ id }) => id)
      .sort()
      .join(' ')}`,
  ),
);
void sharing.whenReady.then(() => deliver('ready'));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, id = ''] = line.split(' ');
    const ref: TaskRef = { apiVersion: 'v2', id };
    if (command === 'track') store.track([ref], clock.now());
    else if (command === 'untrack') store.untrack([ref]);
  })
  // Its parent ends it.
  .on('close', () => process.exit());
