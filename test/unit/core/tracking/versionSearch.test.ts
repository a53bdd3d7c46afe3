import assert from 'node:assert/strict';
import { capabilitiesOf } from '../../../../src/core/cloud/apiVersions';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import type { ApiVersion } from '../../../../src/core/cloud/task';
import type { Cloud } from '../../../../src/core/cloud/taskClient';
import {
  searchPlaces,
  searchPlacesElsewhere,
  VersionSearch,
  type VersionSearchOptions,
} from '../../../../src/core/tracking/versionSearch';
import { FakeClock } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

describe('the search for the version of an ID', () => {
  /** "v4 run": what is known where; anything else is not found. */
  let known: Map<string, readonly string[]>;
  let failures: Map<ApiVersion, CloudErrorKind>;
  /** The pages of the lists. */
  let listed: Map<ApiVersion, readonly (readonly string[])[]>;
  let requested: string[];
  let clock: FakeClock;

  beforeEach(() => {
    known = new Map();
    failures = new Map();
    listed = new Map();
    requested = [];
    clock = new FakeClock();
  });

  const connect = (): Promise<Cloud> => {
    const cloud = new FakeCloud(() => 0);
    const ask = (apiVersion: ApiVersion, what: string, id: string): readonly string[] => {
      requested.push(`${apiVersion} ${what}`);
      const kind = failures.get(apiVersion);
      if (kind) throw new CloudError(kind, 'ordered');
      const found = known.get(`${apiVersion} ${what} ${id}`);
      if (!found) throw new CloudError('taskNotFound', 'Not found');
      return found;
    };
    return Promise.resolve({
      download: () => cloud.download(),
      client: (apiVersion) => ({
        ...cloud.client(apiVersion),
        getStatus: async (id) => {
          await Promise.resolve();
          ask(apiVersion, 'task', id);
          return { status: 'running', rawStatus: 'running' };
        },
        findSessionTasks: async (id) => {
          await Promise.resolve();
          return ask(apiVersion, 'session', id);
        },
        async *listTasks() {
          await Promise.resolve();
          const pages = [...(listed.get(apiVersion) ?? []), []];
          for (const page of pages) {
            requested.push(`${apiVersion} list`);
            const kind = failures.get(apiVersion);
            if (kind) throw new CloudError(kind, 'ordered');
            const tasks = page.map((id) => ({
              id,
              status: 'running' as const,
              rawStatus: 'running',
            }));
            yield { tasks, isLast: false };
          }
        },
      }),
    });
  };

  const search = (more: Partial<VersionSearchOptions> = {}): VersionSearch =>
    new VersionSearch({ connect, isOfficial: true, last: undefined, clock, ...more });

  /** A search that is no longer young, so that it looks for nothing twice. */
  const oldSearch = (more: Partial<VersionSearchOptions> = {}): VersionSearch => {
    const old = search(more);
    clock.jump(3000);
    return old;
  };

  it('looks for an ID in at most five places, and in v1 only on other servers', () => {
    assert.equal(searchPlaces.length, 5);
    assert.ok(searchPlaces.every(({ apiVersion }) => apiVersion !== 'v1'));
    assert.deepEqual(searchPlacesElsewhere.slice(5), [{ apiVersion: 'v1', as: 'task' }]);
    for (const { apiVersion, as } of searchPlaces)
      if (as === 'session') assert.equal(capabilitiesOf(apiVersion).sessions, 'haveTasks');
  });

  it('asks one version after the other, at most five times', async () => {
    assert.equal(await oldSearch().find('x', 'task', never), undefined);
    assert.deepEqual(requested, ['v4 task', 'v2 task', 'v3 task', 'v4 session', 'v2 session']);
  });

  it('asks v1, too, on other servers', async () => {
    known.set('v1 task x', []);
    const refs = await search({ isOfficial: false }).find('x', 'task', never);
    assert.deepEqual(refs, [{ apiVersion: 'v1', id: 'x' }]);
  });

  it('finds a run, a session of v3, and the tasks of sessions', async () => {
    known.set('v4 task run', []).set('v3 task three', []);
    known.set('v4 session four', ['r2', 'r1']).set('v2 session two', ['t1']);
    const each = search();
    assert.deepEqual(await each.find('run', 'task', never), [{ apiVersion: 'v4', id: 'run' }]);
    assert.deepEqual(await each.find('three', 'session', never), [
      { apiVersion: 'v3', id: 'three' },
    ]);
    assert.deepEqual(await each.find('four', 'session', never), [
      { apiVersion: 'v4', id: 'r2' },
      { apiVersion: 'v4', id: 'r1' },
    ]);
    assert.deepEqual(await each.find('two', 'task', never), [{ apiVersion: 'v2', id: 't1' }]);
  });

  it('asks first for the version that worked last', async () => {
    known.set('v2 task a', []).set('v2 task b', []);
    const each = search();
    await each.find('a', 'task', never);
    requested = [];
    await each.find('b', 'task', never);
    assert.deepEqual(requested, ['v2 task']);
    requested = [];
    await search({ last: { apiVersion: 'v2' } }).find('a', 'task', never);
    assert.deepEqual(requested, ['v2 task']);
  });

  it('takes no session of v3 for one of the version that worked last, which may know it, too', async () => {
    known.set('v3 task three', []).set('v4 session three', ['r1']).set('v2 session three', []);
    for (const apiVersion of ['v4', 'v2'] as const)
      for (const as of ['task', 'session'] as const)
        assert.deepEqual(await search({ last: { apiVersion } }).find('three', as, never), [
          { apiVersion: 'v3', id: 'three' },
        ]);
  });

  it('leaves out a version that is not served, after the first try', async () => {
    failures.set('v4', 'notServed');
    known.set('v2 task a', []);
    const each = oldSearch();
    await each.find('x', 'task', never);
    assert.deepEqual(requested, ['v4 task', 'v2 task', 'v3 task', 'v2 session']);
    requested = [];
    await each.find('y', 'task', never);
    assert.deepEqual(requested, ['v2 task', 'v3 task', 'v2 session']);
  });

  it('looks once more for what may have been created just now, three seconds after the search began', async () => {
    const each = search();
    const found = each.find('x', 'task', never);
    await clock.advance(2999);
    assert.equal(requested.length, 5);
    known.set('v4 task x', []);
    await clock.advance(1);
    assert.deepEqual(await found, [{ apiVersion: 'v4', id: 'x' }]);
    assert.deepEqual(requested.slice(5), ['v4 task']);
    requested = [];
    assert.equal(await each.find('y', 'task', never), undefined);
    assert.equal(requested.length, 5, 'not for an ID that comes later');
  });

  it('sends one more request then for what no version knows: to v4 alone, whose new runs may be listed late', async () => {
    const expected = { task: 'v4 task', session: 'v4 session' };
    for (const [as, last] of Object.entries(expected)) {
      requested = [];
      const found = search().find('x', as as keyof typeof expected, never);
      await clock.advance(2999);
      const count = requested.length;
      await clock.advance(1);
      assert.equal(await found, undefined);
      assert.deepEqual(requested.slice(count), [last]);
    }
  });

  it('waits for no version that is not served', async () => {
    failures.set('v4', 'notServed');
    assert.equal(await search().find('x', 'task', never), undefined);
    assert.equal(clock.timers, 0);
  });

  it('waits no more for who has cancelled', async () => {
    const abort = new AbortController();
    const found = assert.rejects(search().find('x', 'task', abort.signal), { name: 'AbortError' });
    await clock.advance(1000);
    abort.abort();
    await found;
    assert.deepEqual([requested.length, clock.timers], [5, 0]);
  });

  for (const kind of ['auth', 'rateLimited', 'network', 'server', 'badAnswer'] as const)
    it(`says that it could not find out, not "not found", for ${kind}`, async () => {
      failures.set('v2', kind);
      await assert.rejects(search().find('x', 'task', never), { kind });
      assert.deepEqual(requested, ['v4 task', 'v2 task']);
    });

  it('goes on where the key may not use a version, and does not say "not found" then', async () => {
    failures.set('v4', 'forbidden');
    known.set('v3 task a', []);
    const each = search();
    assert.deepEqual(await each.find('a', 'task', never), [{ apiVersion: 'v3', id: 'a' }]);
    await assert.rejects(each.find('x', 'task', never), { kind: 'forbidden' });
    assert.equal(requested.filter((request) => request.startsWith('v4')).length, 1);
  });

  it('takes what a version does not take for an ID for one that it does not know', async () => {
    failures.set('v4', 'invalidRequest');
    known.set('v2 task a', []);
    assert.deepEqual(await search().find('a', 'task', never), [{ apiVersion: 'v2', id: 'a' }]);
  });

  it('asks no version for a session where that knows none by itself', async () => {
    await oldSearch({ isOfficial: false }).find('x', 'session', never);
    assert.deepEqual(requested, ['v3 task', 'v4 session', 'v2 session']);
  });

  it('says that nothing is served where nothing is', async () => {
    for (const apiVersion of ['v4', 'v3', 'v2'] as const) failures.set(apiVersion, 'notServed');
    await assert.rejects(search().find('x', 'task', never), { kind: 'notServed' });
  });

  describe('of many IDs', () => {
    it('reads lists first, and asks for none by itself that these show', async () => {
      listed.set('v4', [['a', 'b', 'x']]).set('v3', [['c']]);
      failures.set('v2', 'server');
      const each = search();
      await each.readLists(['a', 'b', 'c'], never);
      assert.deepEqual(requested, [], 'not for three');
      await each.readLists(['a', 'b', 'c', 'd'], never);
      assert.deepEqual(requested, ['v4 list', 'v4 list', 'v2 list', 'v3 list', 'v3 list']);
      requested = [];
      assert.deepEqual(await each.find('b', 'task', never), [{ apiVersion: 'v4', id: 'b' }]);
      assert.deepEqual(await each.find('c', 'task', never), [{ apiVersion: 'v3', id: 'c' }]);
      assert.deepEqual(requested, []);
    });

    it('reads on for as long as a list shows any, and no longer than all are found', async () => {
      const pages = [
        ['a', 'b'],
        ['c', 'd'],
        ['y', 'z'],
      ];
      listed.set('v4', pages);
      await search().readLists(['a', 'b', 'c', 'd'], never);
      assert.deepEqual(requested, ['v4 list', 'v4 list']);
      requested = [];
      await search().readLists(['a', 'b', 'c', 'd', 'e'], never);
      assert.deepEqual(
        requested.filter((request) => request.startsWith('v4')),
        ['v4 list', 'v4 list', 'v4 list'],
      );
    });

    it('reads no list for who has cancelled', async () => {
      const error = new DOMException('cancelled', 'AbortError');
      const none = search({ connect: () => Promise.reject(error) });
      await assert.rejects(none.readLists(['a', 'b', 'c', 'd'], never), error);
    });

    it('finds a thousand with a request for each hundred', async () => {
      const ids = Array.from({ length: 1000 }, (_, index) => `t${index}`);
      const pages = Array.from({ length: 10 }, (_, at) => ids.slice(100 * at, 100 * at + 100));
      listed.set('v2', pages);
      const each = search();
      await each.readLists(ids, never);
      assert.equal(requested.length, 11);
      for (const id of ids) await each.find(id, 'task', never);
      assert.equal(requested.length, 11);
    });
  });
});
