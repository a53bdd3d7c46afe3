import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PollRounds } from '../../../../src/core/polling/pollRound';
import type { CloudErrorKind } from '../../../../src/core/cloud/errors';
import { NoticeQueue } from '../../../../src/core/notices/notices';
import { isObservedEnd } from '../../../../src/core/tasks/answeredTask';
import type { Attention } from '../../../../src/core/polling/polling';
import { RateLimiter } from '../../../../src/core/polling/rateLimiter';
import { hasEnded, refKey, type TaskRef, type TaskStatus } from '../../../../src/core/cloud/task';
import { TaskPoller } from '../../../../src/core/polling/taskPoller';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { TokenBucket } from '../../../../src/core/polling/tokenBucket';
import { isStale } from '../../../../src/core/tasks/trackedTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { deadlineMs, UnreliableCloud, type Mishap } from '../../../fakes/unreliableCloud';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const intervals = { watching: 2 * second, hidden: 10 * second, away: 30 * second };
const ids = Array.from({ length: 16 }, (_, index) => `task-${index}`);
const unknownId = 'nobody';
/** As many as fit into a second or two; `PROPERTY_RUNS=10000` for a night. */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 150);
const bucketOptions = { perSecond: 2, burst: 10 };

type Command =
  | {
      readonly do: 'track' | 'untrack' | 'refresh' | 'seen';
      readonly task: number;
      readonly v1: boolean;
    }
  | { readonly do: 'refreshAll' | 'reconnect' | 'others' }
  | { readonly do: 'move'; readonly task: number; readonly to: TaskStatus }
  | { readonly do: 'attention'; readonly to: Attention }
  | { readonly do: 'wait' | 'jump' | 'sleep'; readonly ms: number };

const task = fc.nat({ max: ids.length });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('track' as const), task, v1: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('untrack' as const, 'refresh' as const, 'seen' as const),
      task,
      v1: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('refreshAll' as const, 'reconnect' as const, 'others' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      task,
      to: fc.constantFrom<TaskStatus>(
        'created',
        'running',
        'paused',
        'unknown',
        'finished',
        'failed',
        'stopped',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('attention' as const),
      to: fc.constantFrom<Attention>('watching', 'hidden', 'away'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40 * second) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(-hour, -10 * second, 10 * second, hour),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.nat(hour) }) },
);

const errorKinds: readonly CloudErrorKind[] = [
  'auth',
  'forbidden',
  'payment',
  'taskNotFound',
  'notServed',
  'invalidRequest',
  'rateLimited',
  'server',
  'timeout',
  'network',
  'redirect',
  'tooLarge',
  'badAnswer',
  'noKey',
];
const mishap: fc.Arbitrary<Mishap> = fc.record({
  delayMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.nat(deadlineMs) },
    { weight: 1, arbitrary: fc.constant(deadlineMs + 1) },
  ),
  error: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...errorKinds) },
  ),
  retryAfterMs: fc.option(fc.nat(minute), { nil: undefined }),
  dropEvery: fc.nat(3),
});

/** The engine of one window on a fake clock, with somebody who watches what must never be. */
class World {
  readonly clock = new FakeClock();
  readonly store = new TaskStore();
  readonly server = new FakeCloud(() => this.elapsed());
  readonly cloud: UnreliableCloud;
  readonly poller: TaskPoller;
  readonly notices: NoticeQueue;
  /** How far the wall clock was set, in all and forward only, in milliseconds. */
  #jumpedMs = 0;
  #refills: { readonly at: number; readonly tokens: number }[] = [];
  #updates = 0;
  #others = 0;
  /** How often each end was announced; ends are told apart by when they were tracked. */
  readonly #observed = new Map<string, number>();

  constructor(mishaps: readonly Mishap[], random: () => number) {
    const { clock, store } = this;
    const bucket = new TokenBucket({ clock, ...bucketOptions });
    const rateLimiter = new RateLimiter({ clock, bucket });
    this.cloud = new UnreliableCloud(this.server, clock, rateLimiter, mishaps);
    const begin = (): void => {
      assert.equal(++this.#updates, 1, 'one tick at a time');
    };
    const end = (): void => void this.#updates--;
    class WatchedRounds extends PollRounds {
      override async poll(...parameters: Parameters<PollRounds['poll']>) {
        begin();
        try {
          return await super.poll(...parameters);
        } finally {
          end();
        }
      }
    }
    store.onDidChange((changes) => {
      for (const change of changes) {
        const { before, after } = change;
        if (before && after && hasEnded(before.status))
          assert.equal(after.status, before.status, 'an end is for ever');
        if (after && isObservedEnd(change)) this.#observed.set(lifeOf(after), 0);
        // An end that is no longer tracked, or was seen, need not be announced.
        if (before && (!after || (before.isUnseen && !after.isUnseen)))
          if (this.#observed.get(lifeOf(before)) === 0) this.#observed.delete(lifeOf(before));
      }
    });
    this.poller = new TaskPoller({
      store,
      clock,
      bucket,
      random,
      connect: () => Promise.resolve(this.cloud),
      loadRounds: () => Promise.resolve({ PollRounds: WatchedRounds }),
      intervals,
      onError: () => undefined,
    });
    this.notices = new NoticeQueue({
      store,
      clock,
      isEnabled: () => true,
      show: ({ refs }) => {
        for (const ref of refs) {
          const tracked = store.get(ref);
          assert.ok(tracked, 'nothing is said of who has gone');
          const times = this.#observed.get(lifeOf(tracked));
          assert.equal(
            times,
            0,
            `${refKey(ref)} is announced once, and only if its end was observed`,
          );
          this.#observed.set(lifeOf(tracked), 1);
        }
      },
    });
    for (const id of ids) this.server.set(id, 'running');
  }

  /** Time as timers know it. */
  elapsed(): number {
    return this.clock.now() - this.#jumpedMs;
  }

  async run(command: Command): Promise<void> {
    const { clock, poller, server, store } = this;
    switch (command.do) {
      case 'track':
        store.track([refOf(command)], clock.now());
        break;
      case 'untrack':
        store.untrack([refOf(command)]);
        break;
      case 'seen':
        store.markSeen(refOf(command));
        break;
      case 'refresh':
        void poller.refresh([refOf(command)]);
        break;
      case 'refreshAll':
        void poller.refresh();
        break;
      case 'reconnect':
        poller.reconnect();
        break;
      case 'others':
        for (let index = 0; index < 60; index++)
          server.set(`other-${this.#others++}`, 'finished', {
            createdAt: '2026-01-13T11:59:00.000Z',
          });
        break;
      case 'move':
        this.#move(command.task, command.to);
        break;
      case 'attention':
        poller.setAttention(command.to);
        break;
      case 'wait':
        await clock.advance(command.ms);
        break;
      case 'jump':
      case 'sleep':
        clock.jump(command.ms);
        this.#jumpedMs += command.ms;
        if (command.ms > 0)
          this.#refills.push({
            at: this.elapsed(),
            tokens: Math.min(bucketOptions.burst, (command.ms / second) * bucketOptions.perSecond),
          });
        break;
    }
    await settle();
    assert.ok(this.cloud.peakConcurrency <= 4, 'four questions at a time');
  }

  /** As a real cloud: what has ended stays so, what has started is never merely created again. */
  #move(index: number, to: TaskStatus): void {
    const id = ids[index];
    const status = id === undefined ? undefined : this.server.tasks.get(id)?.status;
    if (id === undefined || status === undefined || hasEnded(status)) return;
    if (to !== 'created')
      this.server.set(id, to, to === 'unknown' ? { rawStatus: 'dreaming' } : {});
  }

  checkBucket(): void {
    const { requested } = this.server;
    const { burst, perSecond } = bucketOptions;
    for (let first = 0; first < requested.length; first++) {
      const from = requested[first]?.at ?? 0;
      for (let last = first; last < requested.length; last++) {
        const until = requested[last]?.at ?? 0;
        const given = this.#refills
          .filter(({ at }) => at >= from && at <= until)
          .reduce((sum, { tokens }) => sum + tokens, 0);
        const most = burst + given + ((until - from) / second) * perSecond;
        const count = last - first + 1;
        assert.ok(count <= most + 1e-6, `${count} requests in ${until - from} ms`);
      }
    }
  }

  /** From now on the network is fine, the key is good, and every task ends. Every end must be seen soon. */
  async healAndEnd(): Promise<void> {
    const { clock, cloud, poller, server, store } = this;
    cloud.isHealed = true;
    // What is still under way may fail yet.
    await clock.advance(deadlineMs);
    const needsPerson = poller.state.pauses.some(
      ({ kind }) =>
        ![
          'rateLimited',
          'network',
          'server',
          'timeout',
          'redirect',
          'tooLarge',
          'badAnswer',
        ].includes(kind),
    );
    if (needsPerson) poller.reconnect();
    for (const [index, id] of ids.entries())
      if (server.tasks.has(id)) this.#move(index, 'finished');
    // What the cloud has refused or not found may be polled later than all else.
    const mayBeDelayed = new Set(
      store
        .tasks()
        .filter(({ id, trouble }) => {
          const kind = trouble?.kind;
          return id === unknownId || kind === 'forbidden' || kind === 'taskNotFound';
        })
        .map(refKey),
    );
    // A held or failing question waits a minute at most, as does one about a word that nobody knows.
    const isAnyStale = store.tasks().some((tracked) => isStale(tracked, clock.now() + 5 * minute));
    const longestPauseMs = 1.1 * (isAnyStale ? 5 * minute : minute);
    const queueMs = ((2 * store.tasks().length + 2) / bucketOptions.perSecond) * second;
    await clock.advance(longestPauseMs + minute + deadlineMs + queueMs);
    const checkEnds = (isChecked: (task: TaskRef) => boolean): void => {
      for (const tracked of store.tasks())
        if (!tracked.isMissing && isChecked(tracked))
          assert.ok(
            hasEnded(tracked.status),
            `the end of ${refKey(tracked)} is seen: ${tracked.status}`,
          );
    };
    checkEnds((task) => !mayBeDelayed.has(refKey(task)));
    await clock.advance(11 * minute);
    checkEnds(() => true);
    const { length } = server.requested;
    await clock.advance(hour);
    assert.equal(server.requested.length, length, 'nothing is requested once nothing is active');
    for (const [life, times] of this.#observed) assert.equal(times, 1, `${life} is announced`);
  }

  async dispose(): Promise<void> {
    this.poller.dispose();
    this.notices.dispose();
    await settle();
    assert.equal(this.clock.timers, 0, 'no timer outlives its owner');
    const { length } = this.server.requested;
    this.store.track([{ apiVersion: 'v2', id: 'late' }], this.clock.now());
    await this.clock.advance(hour);
    assert.equal(this.server.requested.length, length, 'nothing is requested after disposal');
  }
}

/** One stay of a task among the tracked. */
function lifeOf({ apiVersion, id, trackedAt }: TaskRef & { readonly trackedAt: number }): string {
  return `${apiVersion}/${id} tracked at ${trackedAt}`;
}

function refOf({ task, v1 }: { readonly task: number; readonly v1: boolean }): TaskRef {
  return { apiVersion: v1 ? 'v1' : 'v2', id: ids[task] ?? unknownId };
}

describe('TaskPoller, whatever happens', () => {
  // One who begins with many has questions that get in each other's way.
  const begin = fc
    .tuple(fc.subarray(ids.map((_, index) => index)), fc.boolean())
    .map(([tasks, v1]) => tasks.map((task): Command => ({ do: 'track', task, v1 })));
  const commands = fc
    .tuple(begin, fc.array(command, { minLength: 1, maxLength: 40, size: 'max' }))
    .map(([first, then]) => [...first, ...then]);
  const mishaps = fc.array(mishap, { maxLength: 20, size: 'max' });
  const spread = fc.double({ min: 0, max: 1, noNaN: true });

  it('keeps its promises and sees every end once the network heals', async function () {
    this.timeout(600_000);
    await fc.assert(
      fc.asyncProperty(commands, mishaps, spread, async (commands, mishaps, spread) => {
        const world = new World(mishaps, () => spread);
        for (const command of commands) await world.run(command);
        await world.healAndEnd();
        world.checkBucket();
        await world.dispose();
      }),
      { numRuns: runs },
    );
  });

  it('leaves nothing behind wherever it is disposed', async function () {
    this.timeout(600_000);
    await fc.assert(
      fc.asyncProperty(commands, mishaps, spread, async (commands, mishaps, spread) => {
        const world = new World(mishaps, () => spread);
        for (const command of commands) await world.run(command);
        world.checkBucket();
        await world.dispose();
      }),
      { numRuns: runs },
    );
  });
});
