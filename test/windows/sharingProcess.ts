import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudError } from '../../src/core/cloud/errors';
import { WindowPolling } from '../../src/core/polling/polling';
import type { TaskRef } from '../../src/core/cloud/task';
import { TaskKeeper, type TaskFiles } from '../../src/core/tasks/taskKeeper';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import { openTaskFolder } from '../../src/platform/node';
import { systemClock as clock } from '../../src/platform/systemClock';
import { shareAmongWindows } from '../../src/windows';

/**
 * A window without VS Code and without a cloud, for tests that stop it: shares the tasks under the folder that it is given, does what its
 * standard input says ("track a", "untrack a"), and says on its standard output what it does.
 */
const root = process.argv[2];
if (root === undefined) throw new Error('The folder is missing.');
const say = (words: string): void => void process.stdout.write(`${words}\n`);
const fail = (error: unknown): void => say(`error ${String(error)}`);

const store = new TaskStore();
const pauses = { watching: 2000, hidden: 2000, away: 2000 };
const polling = new WindowPolling({ store, pauses });
const spoken = (files: TaskFiles): TaskFiles => ({
  load: () => files.load(),
  save: (task) => {
    say(`saves ${task.id}`);
    return files.save(task);
  },
  remove: (ref) => {
    say(`removes ${ref.id}`);
    return files.remove(ref);
  },
});
const keeper = new TaskKeeper({
  store,
  filesOf: (origin) =>
    spoken(openTaskFolder({ root: join(root, 'tasks'), origin, onSkipped: fail })),
  onError: (_what, error) => fail(error),
});
const sharing = shareAmongWindows({
  store,
  keeper,
  polling,
  clock,
  bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
  pauses,
  connect: () => {
    say('polls');
    return Promise.reject(new CloudError('network', 'There is none'));
  },
  onError: () => undefined,
  isWanted: () => true,
  announce: ({ ...announcement }) => say(`announces ${JSON.stringify(announcement)}`),
  hasKey: () => true,
  readKey: () => Promise.resolve(),
  root: join(root, 'windows'),
  onAlone: fail,
});
let isSilent = false;
polling.onDidChangeState((state) => {
  if (state.isLeaderSilent === true && !isSilent) say('silent');
  isSilent = state.isLeaderSilent === true;
});
store.onDidChange(() =>
  say(
    `shows ${store
      .tasks()
      .map(({ id }) => id)
      .sort()
      .join(' ')}`,
  ),
);
void sharing.open('https://cloud.example');
void sharing.whenReady.then(() => say('ready'));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, id = ''] = line.split(' ');
    const ref: TaskRef = { apiVersion: 'v2', id };
    if (command === 'track') store.track([ref], clock.now());
    else if (command === 'untrack') store.untrack([ref]);
  })
  // Its parent ends it.
  .on('close', () => process.exit());
