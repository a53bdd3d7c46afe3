import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PollRounds } from '../../../../src/core/polling/pollRound';
import { CloudError } from '../../../../src/core/cloud/errors';
import { refKey, type ApiVersion, type TaskStatus } from '../../../../src/core/cloud/task';
import { capabilitiesOf } from '../../../../src/core/cloud/apiVersions';
import { TaskPoller } from '../../../../src/core/polling/taskPoller';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { TokenBucket } from '../../../../src/core/polling/tokenBucket';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';

const second = 1000;
const minute = 60 * second;
const pauseMs = 2 * second;
/** For a word that nobody knows. */
const slowPauseMs = minute;
const requestsPerSecond = 2;
/** A tenth of what other properties run, as each run has hundreds of tasks that take minutes of the clock. */
const runs = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 80) / 10);

/** Tasks of one kind: what they are in the cloud, and what is known of them here. */
interface Kind {
  readonly apiVersion: ApiVersion;
  readonly count: number;
  readonly status: TaskStatus;
  /** They were never polled. */
  readonly isNew: boolean;
  /** No list shows them. */
  readonly isUnlisted: boolean;
  /** The cloud has them, though they were missing. */
  readonly wasMissing: boolean;
  /** Over so many minutes they were created. */
  readonly spreadMinutes: number;
}

interface Mixture {
  readonly kinds: readonly Kind[];
  /** Tasks that nobody tracks, created meanwhile. */
  readonly strangers: number;
  readonly listsFail: boolean;
}

const count = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 120 }) },
);
const kind: fc.Arbitrary<Kind> = fc.record({
  apiVersion: fc.constantFrom<ApiVersion>('v1', 'v2'),
  count,
  status: fc.constantFrom<TaskStatus>('created', 'running', 'running', 'paused', 'unknown'),
  isNew: fc.boolean(),
  isUnlisted: fc.oneof(
    { weight: 3, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  wasMissing: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  spreadMinutes: fc.constantFrom(0, 10, 600),
});
/** More running ones than can be read in a pause. */
const crowd: fc.Arbitrary<Kind> = fc.record({
  apiVersion: fc.constantFrom<ApiVersion>('v1', 'v2'),
  count: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 300, max: 800 }) },
    { weight: 1, arbitrary: fc.integer({ min: 800, max: 5000 }) },
  ),
  status: fc.constant<TaskStatus>('running'),
  isNew: fc.boolean(),
  isUnlisted: fc.constant(false),
  wasMissing: fc.constant(false),
  spreadMinutes: fc.constantFrom(0, 10),
});
const mixture: fc.Arbitrary<Mixture> = fc.record({
  kinds: fc
    .tuple(fc.array(crowd, { maxLength: 1 }), fc.array(kind, { minLength: 1, maxLength: 5 }))
    .map((parts) => parts.flat()),
  strangers: fc.constantFrom(0, 0, 50, 600),
  listsFail: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});

/** A poller that watches such a mixture, and when each task was last told of. */
class World {
  readonly clock = new FakeClock();
  readonly store = new TaskStore();
  readonly cloud: FakeCloud;
  readonly poller: TaskPoller;
  readonly tracked: readonly TrackedTask[];

  constructor({ kinds, strangers, listsFail }: Mixture) {
    const { clock, store } = this;
    const bucket = new TokenBucket({ clock, perSecond: requestsPerSecond, burst: 10 });
    this.cloud = new FakeCloud(() => clock.now(), bucket);
    this.tracked = kinds.flatMap((kind, index) => this.#tasksOf(kind, index));
    for (let index = 0; index < strangers; index++)
      this.cloud.set(`stranger-${index}`, 'running', { createdAt: this.#createdAt(index, 10) });
    if (listsFail)
      this.cloud.failWith = ({ what }) =>
        what === 'list' ? new CloudError('server', 'no list') : undefined;
    store.replaceAll(this.tracked);
    this.poller = new TaskPoller({
      store,
      clock,
      bucket,
      random: () => 0.5,
      connect: () => Promise.resolve(this.cloud),
      loadRounds: () => Promise.resolve({ PollRounds }),
      intervals: { watching: pauseMs, hidden: pauseMs, away: pauseMs },
      onError: () => undefined,
    });
  }

  /** Lets as many requests be sent, or as much time pass as they take. */
  async send(requests: number): Promise<void> {
    await this.clock.advance((requests / requestsPerSecond) * second);
  }

  async dispose(): Promise<void> {
    this.poller.dispose();
    await settle();
    assert.equal(this.clock.timers, 0);
  }

  #tasksOf(kind: Kind, index: number): readonly TrackedTask[] {
    const { apiVersion, isNew, isUnlisted, spreadMinutes, status, wasMissing } = kind;
    return Array.from({ length: kind.count }, (_, each) => {
      const id = `k${index}-${each}`;
      const createdAt = this.#createdAt(each / kind.count, spreadMinutes);
      this.cloud.set(id, status, { createdAt, rawStatus: rawStatusOf(status) });
      if (isUnlisted) this.cloud.unlisted.add(id);
      const seen = { createdAt, rawStatus: rawStatusOf(status), readAs: status, status };
      const unseen = { checkedAt: undefined, rawStatus: '', status: 'unknown' as const };
      return aTask({
        apiVersion,
        id,
        isMissing: wasMissing,
        ...(isNew && !wasMissing ? unseen : seen),
        trackedAt: this.clock.now(),
        changedAt: this.clock.now(),
      });
    });
  }

  #createdAt(share: number, spreadMinutes: number): string {
    const agoMs = minute + (share % 1) * spreadMinutes * minute;
    return new Date(this.clock.now() - agoMs).toISOString();
  }
}

function rawStatusOf(status: TaskStatus): string {
  if (status === 'running') return 'started';
  return status === 'unknown' ? 'dreaming' : status;
}

/**
 * Within so many requests everyone who is due is polled, whatever else is due: twice what it takes to poll each by itself and to
 * try every list. What is due for longest goes first, and a list that has just begun goes before.
 */
function boundOf({ kinds, strangers }: Mixture): number {
  const sum = (some: readonly Kind[]): number => some.reduce((all, kind) => all + kind.count, 0);
  const pages = Math.ceil((sum(kinds) + strangers) / capabilitiesOf('v2').lists.pageSize);
  // Ten of those whom a list does not show are polled after each reading of it.
  const readings = Math.ceil(sum(kinds.filter((kind) => kind.isUnlisted)) / 10) + 1;
  return 2 * (sum(kinds) + readings * (pages + 10));
}

/** A crowd of new tasks behind more tasks that nobody tracks, beside lists and single polls of another version. */
const newBehindStrangers: Mixture = {
  kinds: [
    kindOf({ count: 479, isNew: true, spreadMinutes: 10 }),
    kindOf({ apiVersion: 'v1', count: 4, status: 'created', isNew: true, spreadMinutes: 600 }),
    kindOf({ apiVersion: 'v1', count: 10, status: 'unknown' }),
    kindOf({ apiVersion: 'v1', count: 5, status: 'created', isUnlisted: true, spreadMinutes: 10 }),
  ],
  strangers: 600,
  listsFail: false,
};

function kindOf(more: Partial<Kind>): Kind {
  return {
    apiVersion: 'v2',
    count: 1,
    status: 'running',
    isNew: false,
    isUnlisted: false,
    wasMissing: false,
    spreadMinutes: 0,
    ...more,
  };
}

describe('Whatever else is due', () => {
  it('every task that is due is polled within a bounded number of requests', async function () {
    this.timeout(3_600_000);
    await fc.assert(
      fc.asyncProperty(mixture, async (mixture) => {
        const world = new World(mixture);
        const bound = boundOf(mixture);
        for (let round = 0; round < 2; round++) {
          const since = world.clock.now();
          const wait = (task: TrackedTask): boolean =>
            task.isMissing || task.checkedAt === undefined || task.checkedAt < since;
          // A task with an unknown status is polled once a minute.
          const most = bound + 1.1 * (slowPauseMs / second) * requestsPerSecond;
          for (let sent = 0; world.store.tasks().some(wait); sent += requestsPerSecond) {
            const features = world.store.tasks().filter(wait).map(refKey);
            assert.ok(sent <= most, `${features.length} wait: ${features.slice(0, 5).join()}`);
            await world.send(requestsPerSecond);
          }
        }
        await world.dispose();
      }),
      { numRuns: runs, endOnFailure: true, examples: [[newBehindStrangers]] },
    );
  });

  it('a task that is new is polled within seven requests, as many as there are queues', async function () {
    this.timeout(3_600_000);
    const version = fc.constantFrom<ApiVersion>('v1', 'v2');
    await fc.assert(
      fc.asyncProperty(mixture, fc.nat(90), version, async (mixture, sent, apiVersion) => {
        const world = new World(mixture);
        await world.send(20 + sent);
        const ref = { apiVersion, id: 'newest' };
        world.cloud.set('newest', 'running');
        world.store.track([ref], world.clock.now());
        const before = world.cloud.requested.length;
        while (world.store.get(ref)?.checkedAt === undefined) {
          await world.clock.advance(second / 4);
          assert.ok(world.cloud.requested.length - before <= 7, 'it is polled');
        }
        await world.dispose();
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});
