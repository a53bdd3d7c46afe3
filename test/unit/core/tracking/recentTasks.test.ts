import assert from 'node:assert/strict';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import type { ApiVersion } from '../../../../src/core/cloud/task';
import type { Cloud, TaskPage } from '../../../../src/core/cloud/taskClient';
import { parseTaskInput } from '../../../../src/core/input/taskInput';
import { hasWords, matchesSearch, wordsOf } from '../../../../src/core/tasks/matchesSearch';
import {
  AbsentVersions,
  listedVersions,
  RecentTasks,
} from '../../../../src/core/tracking/recentTasks';
import { FakeCloud } from '../../../fakes/fakeCloud';

describe('the recent tasks of an account', () => {
  /** By version the pages of its list, each with the minutes at which its tasks were created. */
  let pages: Map<ApiVersion, readonly (readonly (number | undefined)[])[]>;
  /** By version and page what its request fails with. */
  let failures: Map<string, CloudErrorKind>;
  let requested: string[];
  let absent: ApiVersion[];
  let abort: AbortController;

  beforeEach(() => {
    pages = new Map();
    failures = new Map();
    requested = [];
    absent = [];
    abort = new AbortController();
  });

  const connect = (): Promise<Cloud> => {
    const cloud = new FakeCloud(() => 0);
    return Promise.resolve({
      download: () => cloud.download(),
      client: (apiVersion) => ({
        ...cloud.client(apiVersion),
        async *listTasks(): AsyncGenerator<TaskPage, void, undefined> {
          const all = pages.get(apiVersion) ?? [[]];
          for (const [at, minutes] of all.entries()) {
            requested.push(`${apiVersion} ${at + 1}`);
            await Promise.resolve();
            const kind = failures.get(`${apiVersion} ${at + 1}`);
            if (kind) throw new CloudError(kind, 'ordered');
            yield {
              tasks: minutes.map((minute) => ({
                id: `${apiVersion}-${minute ?? 'undated'}`,
                status: 'running',
                rawStatus: 'running',
                ...(minute !== undefined && { createdAt: new Date(minute * 60_000).toISOString() }),
              })),
              isLast: at + 1 === all.length,
            };
          }
        },
      }),
    });
  };

  const recentTasks = (versions = listedVersions(true)): RecentTasks =>
    new RecentTasks({
      connect,
      versions,
      onAbsent: (version) => absent.push(version),
      signal: abort.signal,
    });
  const idsOf = ({ tasks }: RecentTasks): string[] => tasks.map(({ id }) => id);
  const nothing = (): void => undefined;

  it('tell the versions of IDs that somebody pastes', async () => {
    pages.set('v4', [[9]]).set('v3', [[3]]);
    const recent = recentTasks();
    await recent.readMore(nothing);
    const { refs, ids } = recent.withVersions(parseTaskInput('v3-3, other-1, v2/x1', undefined));
    assert.deepEqual(refs, [
      { apiVersion: 'v2', id: 'x1' },
      { apiVersion: 'v3', id: 'v3-3' },
    ]);
    assert.deepEqual(ids, ['other-1']);
  });

  it('are one list of all versions, the newest first, each once', async () => {
    pages
      .set('v4', [[9, 2]])
      .set('v2', [[7, 7, 4]])
      .set('v3', [[5, undefined, 8]]);
    const recent = recentTasks();
    let drawn = 0;
    await recent.readMore(() => drawn++);
    assert.deepEqual(idsOf(recent), ['v4-9', 'v3-8', 'v2-7', 'v3-5', 'v2-4', 'v4-2', 'v3-undated']);
    assert.equal(recent.hasMore, false);
    assert.equal(drawn, 3);
    assert.deepEqual(requested.toSorted(), ['v2 1', 'v3 1', 'v4 1']);
  });

  it('are read on where the newest of the others may be, a page at a time', async () => {
    pages.set('v4', [[100, 90], [40, 30], [20]]).set('v2', [[60, 50], [10]]);
    const recent = recentTasks();
    for (let reading = 0; recent.hasMore; reading++) {
      assert.ok(reading < 10, 'it never ends');
      await recent.readMore(nothing);
    }
    assert.deepEqual(requested.slice(3), ['v4 2', 'v2 2', 'v4 3']);
    assert.deepEqual(
      idsOf(recent).map((id) => Number(id.slice(3))),
      [100, 90, 60, 50, 40, 30, 20, 10],
    );
  });

  it('are read on of a list that does not tell when each was created', async () => {
    pages.set('v4', [[100, undefined], [80]]).set('v2', [[60], [10]]);
    const recent = recentTasks();
    await recent.readMore(nothing);
    await recent.readMore(nothing);
    assert.deepEqual(requested.slice(3), ['v4 2']);
  });

  it('leave out without a word what is not served, and say what failed', async () => {
    pages.set('v2', [[5], [4]]);
    failures.set('v3 1', 'notServed').set('v4 1', 'forbidden').set('v2 2', 'server');
    const recent = recentTasks();
    await recent.readMore(nothing);
    assert.deepEqual(idsOf(recent), ['v2-5']);
    assert.equal(recent.hasMore, true);
    await recent.readMore(nothing);
    assert.deepEqual(idsOf(recent), ['v2-5'], 'what was read stays');
    assert.deepEqual(
      recent.failures.map(({ apiVersion, error }) => `${apiVersion} ${error.kind}`),
      ['v4 forbidden', 'v2 server'],
    );
    assert.equal(recent.hasMore, false);
    assert.deepEqual(absent, ['v3']);
  });

  it('say so where no version is served that was asked', async () => {
    failures.set('v1 1', 'notServed');
    const recent = recentTasks(['v1']);
    await recent.readMore(nothing);
    assert.deepEqual(
      recent.failures.map(({ apiVersion, error }) => `${apiVersion} ${error.kind}`),
      ['v1 notServed'],
    );
    assert.equal(recent.hasMore, false);
  });

  it('ask for no list in vain within ten minutes, but where nothing else is left', () => {
    const versions = new AbsentVersions();
    const all = listedVersions(true);
    assert.deepEqual(versions.leaveOut(all, 0), all);
    versions.note('v3', 1000);
    assert.deepEqual(versions.leaveOut(all, 600_999), ['v4', 'v2']);
    assert.deepEqual(versions.leaveOut(['v3'], 2000), ['v3']);
    assert.deepEqual(versions.leaveOut(all, 601_000), all);
    versions.note('v3', 86_400_000);
    assert.deepEqual(versions.leaveOut(all, 0), all, 'the clock was set back by a day');
  });

  it('send nothing more once nobody wants them', async () => {
    pages.set('v2', [[5], [4]]);
    const recent = recentTasks();
    await recent.readMore(nothing);
    abort.abort();
    await assert.rejects(recent.readMore(nothing), { name: 'AbortError' });
    const { length } = requested;
    const another = recentTasks();
    await assert.rejects(another.readMore(nothing), { name: 'AbortError' });
    assert.equal(requested.length, length);
  });

  it('may be of v1 on servers other than the vendor’s only', () => {
    assert.deepEqual(listedVersions(true), ['v4', 'v2', 'v3']);
    assert.deepEqual(listedVersions(false), ['v4', 'v2', 'v3', 'v1']);
  });

  it('are found by words of their prompts, titles and IDs', () => {
    const task = { id: '5B1F6F7E', prompt: 'Find a train\nto Venice', title: 'Trains' };
    for (const search of ['venice', 'train find', '5b1f', 'trains venice', ''])
      assert.ok(matchesSearch(task, search), search);
    assert.ok(!matchesSearch(task, 'venice plane'));
    assert.ok(matchesSearch({ id: 'a1' }, 'a1'));
    assert.ok(hasWords('Find a laptop', wordsOf(' LAPTOP  find ')));
  });
});
