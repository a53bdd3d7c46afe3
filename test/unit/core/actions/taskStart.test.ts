import assert from 'node:assert/strict';
import {
  followUp,
  knownBefore,
  taskStart,
  type TaskStartOptions,
} from '../../../../src/core/actions/taskStart';
import {
  checkChange,
  requestChange,
  type ChangeOutcome,
  type ChangeRequest,
} from '../../../../src/core/cloud/changeRequest';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import type { TaskRef } from '../../../../src/core/cloud/task';
import type { NewestPrompts, StartedTask } from '../../../../src/core/cloud/taskActions';
import { FakeClock } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

const prompt = 'Find a flight';
const lost: readonly CloudErrorKind[] = ['network', 'timeout', 'server', 'badAnswer'];
const hourMs = 3_600_000;

class World {
  readonly clock = new FakeClock();
  readonly cloud: FakeCloud;
  /** What the list of the newest becomes on its way. */
  alter: (newest: NewestPrompts) => NewestPrompts = (newest) => newest;

  /** @param aheadMs how far the cloud's clock is ahead of ours */
  constructor(aheadMs = 0) {
    this.cloud = new FakeCloud(() => this.clock.now() + aheadMs);
  }

  readonly connect: TaskStartOptions['connect'] = () => {
    const client = this.cloud.client('v4');
    const listNewestPrompts: typeof client.listNewestPrompts = async (sessionId, signal) =>
      this.alter(await client.listNewestPrompts(sessionId, signal));
    return Promise.resolve({ ...client, listNewestPrompts });
  };

  start(more: Partial<TaskStartOptions> = {}): ChangeRequest<StartedTask> {
    const { connect, clock } = this;
    return taskStart({ connect, clock, request: { prompt }, isKnown: () => false, ...more });
  }

  async outcomeOf<T>(change: ChangeRequest<T>): Promise<ChangeOutcome<T>> {
    const outcome = requestChange(change);
    await this.clock.advance(60_000);
    assert.equal(this.clock.timers, 0);
    return outcome;
  }

  get sent(): number {
    return this.cloud.actions.sent.length;
  }

  /** A task that somebody else started. */
  async other(words = prompt): Promise<string> {
    const { id } = await this.cloud.client('v4').startTask({ prompt: words }, never);
    this.cloud.actions.sent.pop();
    return id;
  }
}

describe('the start of a task', () => {
  it('is done where the cloud says so', async () => {
    const world = new World();
    const outcome = await world.outcomeOf(world.start());
    assert.ok(outcome.kind === 'done');
    assert.equal(world.cloud.tasks.get(outcome.value.id)?.prompt, prompt);
    assert.equal(world.sent, 1);
  });

  it('finds the task that whoever follows the account tracks before its answer is missed', async () => {
    const world = new World();
    const id = await world.other();
    const tracked: TaskRef[] = [{ apiVersion: 'v4', id }];
    const isKnown = knownBefore(tracked, 'v4');
    world.alter = (newest) => {
      for (const { taskId } of newest.prompts)
        if (taskId !== undefined) tracked.push({ apiVersion: 'v4', id: taskId });
      return newest;
    };
    world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
    const outcome = await world.outcomeOf(world.start({ isKnown }));
    assert.ok(outcome.kind === 'done', outcome.kind);
    assert.notEqual(outcome.value.id, id);
    assert.equal(knownBefore([{ apiVersion: 'v2', id }], 'v4')(id), false);
  });

  for (const kind of lost)
    for (const aheadMs of [0, 3 * hourMs, -3 * hourMs])
      it(`finds the task where the answer is lost (${kind}), clocks ${aheadMs / hourMs} h apart`, async () => {
        const world = new World(aheadMs);
        await world.other();
        await world.clock.advance(60_000);
        const known = await world.other('Something else');
        world.cloud.actions.failNext('startTask', kind, 'afterEffect');
        const outcome = await world.outcomeOf(world.start({ isKnown: (id) => id === known }));
        assert.ok(outcome.kind === 'done', outcome.kind);
        assert.equal(outcome.value.id, [...world.cloud.tasks.keys()].at(-1));
        assert.equal(world.sent, 1);
      });

  it('is unknown, not refused, where the answer is lost and the task is not seen', async () => {
    for (const kind of lost) {
      const world = new World();
      world.cloud.actions.failNext('startTask', kind);
      assert.equal((await world.outcomeOf(world.start())).kind, 'unknown');
      assert.equal(world.sent, 1);
    }
  });

  it('does not take an equal task for it that was started before, or is known', async () => {
    for (const isKnown of [true, false]) {
      const world = new World(-2 * hourMs);
      if (!isKnown) {
        await world.other();
        await world.clock.advance(10_000);
      }
      world.cloud.actions.failNext('startTask', 'timeout');
      const change = world.start({ isKnown: () => isKnown });
      const outcome = requestChange(change);
      await world.clock.advance(0);
      if (isKnown) await world.other();
      await world.clock.advance(60_000);
      assert.equal((await outcome).kind, 'unknown');
    }
  });

  it('takes the first of two equal tasks, and the second once the first is known', async () => {
    const world = new World();
    world.alter = (newest) => ({ ...newest, prompts: newest.prompts.toReversed() });
    const known = new Set<string>();
    const start = () => world.start({ isKnown: (id) => known.has(id) });
    for (const index of [0, 1]) {
      world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
      const outcome = await world.outcomeOf(start());
      assert.ok(outcome.kind === 'done');
      assert.equal(outcome.value.id, [...world.cloud.tasks.keys()][index]);
      known.add(outcome.value.id);
    }
  });

  it('takes the first of two equal tasks that were started since', async () => {
    const world = new World();
    world.alter = ({ prompts, answeredAtMs }) => {
      const createdAt = new Date(world.clock.now() + 1000).toISOString();
      return { answeredAtMs, prompts: [{ taskId: 'later', prompt, createdAt }, ...prompts] };
    };
    world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
    const outcome = await world.outcomeOf(world.start());
    assert.ok(outcome.kind === 'done');
    assert.notEqual(outcome.value.id, 'later');
  });

  it('trusts the clocks by five minutes where the cloud does not tell its time', async () => {
    for (const [aheadMs, kind] of [
      [-4 * 60_000, 'done'],
      [-6 * 60_000, 'unknown'],
    ] as const) {
      const world = new World(aheadMs);
      world.alter = ({ prompts }) => ({ prompts });
      world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
      assert.equal((await world.outcomeOf(world.start())).kind, kind);
    }
  });

  it('reads the details where the list tells no prompts', async () => {
    const world = new World();
    world.alter = ({ prompts, answeredAtMs }) => ({
      prompts: prompts.map((sent) => ({ ...sent, prompt: undefined })),
      answeredAtMs,
    });
    await world.other('Something else');
    world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
    const outcome = await world.outcomeOf(world.start());
    assert.ok(outcome.kind === 'done');
    assert.equal(world.cloud.tasks.get(outcome.value.id)?.prompt, prompt);
  });

  it('reads the details of five tasks at most, and any number of prompts', async () => {
    for (const [isListed, others, expected] of [
      [false, 4, 'done'],
      [false, 5, 'unknown'],
      [true, 20, 'done'],
    ] as const) {
      const world = new World();
      world.alter = (newest) => ({
        ...newest,
        prompts: newest.prompts.map((sent) => (isListed ? sent : { ...sent, prompt: undefined })),
      });
      for (let count = 0; count < others; count++) await world.other(`Something else ${count}`);
      world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
      assert.equal((await world.outcomeOf(world.start())).kind, expected);
    }
  });

  it('is not what waits in a queue and is no task yet', async () => {
    const world = new World();
    world.alter = ({ answeredAtMs, prompts }) => ({
      answeredAtMs,
      prompts: prompts.map((sent) => ({ ...sent, taskId: undefined })),
    });
    world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
    assert.equal((await world.outcomeOf(world.start())).kind, 'unknown');
  });

  it('finds the next prompt of a session that is the task itself, though that is known', async () => {
    const world = new World();
    world.alter = () => ({
      prompts: [
        {
          taskId: 's',
          sessionId: 's',
          prompt: 'Find\r\na flight\r\n',
          createdAt: new Date(world.clock.now()).toISOString(),
        },
      ],
      answeredAtMs: world.clock.now(),
    });
    world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
    const request = { prompt: 'Find\na flight', sessionId: 's' };
    const outcome = await world.outcomeOf(world.start({ request, isKnown: () => true }));
    assert.deepEqual(outcome, {
      kind: 'done',
      value: { id: 's', sessionId: 's', model: undefined },
    });
  });

  it('is known after all once a later check finds it', async () => {
    const world = new World();
    world.cloud.actions.failNext('startTask', 'network', 'afterEffect');
    let isDown = true;
    world.cloud.actions.failCheckWith = () =>
      isDown ? new CloudError('network', 'is offline') : undefined;
    const change = world.start();
    const outcome = await world.outcomeOf(change);
    assert.ok(outcome.kind === 'unknown');
    await world.clock.advance(hourMs);
    isDown = false;
    assert.equal((await checkChange(change, outcome.error)).kind, 'done');
    assert.equal(world.sent, 1);
  });

  it('is refused where nothing was sent', async () => {
    const world = new World();
    const error = new CloudError('network', 'no key store');
    const outcome = await world.outcomeOf(world.start({ connect: () => Promise.reject(error) }));
    assert.deepEqual(outcome, { kind: 'refused', error });
    world.cloud.actions.failNext(
      'startTask',
      new CloudError('network', 'is offline', { isUnsent: true }),
    );
    assert.equal((await world.outcomeOf(world.start())).kind, 'refused');
    assert.equal(world.cloud.tasks.size, 0);
  });
});

describe('the next prompt of a session', () => {
  const add = (world: World) => {
    const { connect, clock } = world;
    return followUp({ connect, clock, sessionId: 's', prompt, mode: 'wait' });
  };

  it('is done where the cloud says so, or where it is seen after a lost answer', async () => {
    for (const failure of [undefined, ...lost]) {
      const world = new World(hourMs);
      if (failure) world.cloud.actions.failNext('queueFollowUp', failure, 'afterEffect');
      assert.equal((await world.outcomeOf(add(world))).kind, 'done');
      assert.equal(world.sent, 1);
    }
  });

  it('is refused where nothing was sent', async () => {
    const world = new World();
    const error = new CloudError('network', 'no key store');
    const change = { ...add(world), send: () => Promise.reject(error) };
    assert.deepEqual(await world.outcomeOf(change), { kind: 'refused', error });
  });

  it('is unknown where it is not seen, also if an equal one waits since before', async () => {
    const world = new World();
    await world.cloud.client('v4').queueFollowUp('s', prompt, 'wait', never);
    await world.clock.advance(60_000);
    world.cloud.actions.failNext('queueFollowUp', 'timeout');
    assert.equal((await world.outcomeOf(add(world))).kind, 'unknown');
    assert.equal(world.cloud.actions.queued.length, 1);
  });
});
