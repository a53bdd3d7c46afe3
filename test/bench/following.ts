import { AccountPolls } from '../../src/core/following/accountPolls';
import { PollerWithExtras } from '../../src/core/polling/pollerWithExtras';
import type { Attention } from '../../src/core/polling/polling';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { AccountLists } from '../fakes/accountLists';
import { FakeClock } from '../fakes/fakeClock';
import { FakePolling } from '../fakes/fakePolling';
import { seededRandom } from '../fakes/seededRandom';
import { median, table } from './table';

const tasks = 1000;
const hourMs = 3_600_000;
const versions = ['v4', 'v2', 'v3'] as const;
const intervals = { watching: 2000, hidden: 10_000, away: 30_000 };

/** What following an account costs that starts a thousand tasks in an hour, in three API versions, on a fake clock. */
export async function measureFollowing(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const attention of ['watching', 'hidden', 'away'] as const)
    rows.push(await follow(attention));
  return table(
    [
      'an account that starts 1,000 tasks an hour',
      'tasks tracked',
      'list requests',
      'in each pause',
      'goal',
      'until seen, s: median',
      'worst',
    ],
    rows,
  );
}

async function follow(attention: Attention): Promise<(string | number)[]> {
  const clock = new FakeClock();
  const random = seededRandom(7);
  const lists = new AccountLists(clock);
  const store = new TaskStore();
  const poller = new PollerWithExtras({
    poller: new FakePolling(),
    extras: [
      new AccountPolls({
        store,
        now: () => clock.now(),
        versions,
        following: () => ({ filter: '', limit: tasks }),
        onLimit: () => undefined,
        onRefused: () => undefined,
      }),
    ],
    store,
    clock,
    connect: () => Promise.resolve(lists.cloud()),
    random,
    intervals,
    onError: (error) => {
      throw error;
    },
  });
  poller.setAttention(attention);
  const startedAt = clock.now();
  const delays: number[] = [];
  store.onDidChange((changes) => {
    for (const { before, after } of changes)
      if (!before && after) delays.push((clock.now() - (startTimes[Number(after.id)] ?? 0)) / 1000);
  });
  const moments = Array.from({ length: tasks }, () => random() * hourMs).sort((a, b) => a - b);
  const startTimes: number[] = [];
  for (const [index, moment] of moments.entries()) {
    await clock.advance(Math.max(0, startedAt + moment - clock.now()));
    startTimes.push(clock.now());
    lists.start(versions[Math.floor(random() * versions.length)] ?? 'v4', String(index));
  }
  await clock.advance(10 * intervals[attention]);
  poller.dispose();
  const pauses = (clock.now() - startedAt) / intervals[attention];
  const requests = lists.requested.length;
  return [
    attention,
    store.tasks().length,
    requests,
    (requests / pauses).toFixed(2),
    '1',
    median(delays).toFixed(1),
    Math.max(...delays).toFixed(1),
  ];
}
