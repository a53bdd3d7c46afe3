import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits, type Limits } from '../../src/api/http';
import { createCloud } from '../../src/api/index';
import { PollRounds } from '../../src/core/polling/pollRound';
import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import { DetailsReader } from '../../src/core/details/detailsReader';
import { NoticeQueue, type Notice } from '../../src/core/notices/notices';
import { RateLimiter } from '../../src/core/polling/rateLimiter';
import { refKey, type ApiVersion } from '../../src/core/cloud/task';
import type { Cloud, TaskClient } from '../../src/core/cloud/taskClient';
import { TaskPoller } from '../../src/core/polling/taskPoller';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';
import { FakeClock, settle } from '../fakes/fakeClock';
import type { FaultEffect } from '../simulator/faults';
import type { RateLimits } from '../simulator/rateLimits';
import type { TaskScript } from '../simulator/taskScript';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { mapRequests } from '../fakes/clientPages';

const stepMs = 250;
const watchingMs = 2000;
const refusals: readonly CloudErrorKind[] = ['auth', 'forbidden', 'payment', 'noKey', 'notServed'];
/** What waits for a real answer fails after this long. */
const patienceMs = 10_000;

export interface EngineOptions {
  /** Of the tasks that are not said to have another. Default: `v2`. */
  readonly apiVersion?: ApiVersion;
  readonly limits?: Partial<Limits>;
  readonly rateLimits?: RateLimits;
}

/** The versions that the fault table is run for, beside the rows that name their own. */
export const faultyVersions = ['v2', 'v3', 'v4'] as const satisfies readonly ApiVersion[];

/**
 * Poller, store and notices over real HTTP to a simulator. Pauses pass on a fake clock, which is also the cloud's;
 * only answers take real time.
 */
export class Engine {
  readonly clock: FakeClock;
  readonly apiVersion: ApiVersion;
  readonly store = new TaskStore();
  readonly notices: Notice[] = [];
  /** Every kind of trouble that has held polling, each time that it began. */
  readonly paused: CloudErrorKind[] = [];
  readonly poller: TaskPoller;
  key: string | undefined = simulatorKey;
  #simulator: Simulator;
  readonly #limits: Limits;
  readonly #bucket: TokenBucket;
  readonly #queue: NoticeQueue;
  readonly #details: DetailsReader[] = [];
  #cloud: { readonly cloud: Cloud; readonly key: string } | undefined;
  #calls = 0;
  #waiting = 0;

  private constructor(clock: FakeClock, simulator: Simulator, options: EngineOptions) {
    this.clock = clock;
    this.#simulator = simulator;
    this.apiVersion = options.apiVersion ?? 'v2';
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
    this.poller = new TaskPoller({
      store: this.store,
      clock,
      bucket: this.#bucket,
      random: () => 0.5,
      connect: () => this.#connect(),
      loadRounds: () => Promise.resolve({ PollRounds }),
      intervals: { watching: watchingMs, hidden: 10_000, away: 30_000 },
      onError: () => undefined,
    });
    this.poller.setAttention('watching');
    let before: string | undefined;
    this.poller.onDidChangeState(({ pauses: [pause] }) => {
      if (pause && pause.kind !== before) this.paused.push(pause.kind);
      before = pause?.kind;
    });
    this.#queue = new NoticeQueue({
      store: this.store,
      clock,
      isEnabled: () => true,
      show: (notice) => this.notices.push(notice),
    });
  }

  static async start(options: EngineOptions = {}): Promise<Engine> {
    const clock = new FakeClock();
    return new Engine(clock, await startSimulatorAt(clock, options), options);
  }

  get simulator(): Simulator {
    return this.#simulator;
  }

  /** Requests that have reached the cloud. */
  get requests(): number {
    return this.#simulator.counts.total;
  }

  /** Adds a task to the cloud and follows it. @returns its ID */
  track(script: Partial<TaskScript> = {}, apiVersion = this.apiVersion): string {
    const { id } = this.#simulator.addTask({
      prompt: 'Suffer',
      end: 'never',
      createdAtMs: this.clock.now() - 60_000,
      apiVersion,
      ...script,
    });
    this.store.track([{ apiVersion, id }], this.clock.now());
    return id;
  }

  /** Lays a fault over every route. */
  befall(effect: FaultEffect, times?: number): void {
    this.#simulator.faults.add({ route: '*', effect, ...(times === undefined ? {} : { times }) });
  }

  /** Opens the details of a task, which are read as long as the engine lives. */
  openDetails(id: string, apiVersion = this.apiVersion): DetailsReader {
    const reader = new DetailsReader({
      ref: { apiVersion, id },
      tasks: this.store,
      account: () => ({ store: this.store, connect: () => this.#connect() }),
      clock: this.clock,
      random: () => 0.5,
      pauseMs: () => watchingMs,
      onError: () => undefined,
    });
    this.#details.push(reader);
    reader.setWatched(true);
    return reader;
  }

  /** Follows a task until it was checked. @returns its ID */
  async follow(): Promise<string> {
    const id = this.track();
    await this.pass(1000);
    assert.equal(this.task(id).status, 'running');
    return id;
  }

  /** The engine is as it was: it sees the next change within about a minute, and says so once. */
  async assertItSeesTheEndOf(id: string): Promise<void> {
    this.stop(id);
    await this.pass(65_000);
    assert.equal(this.task(id).status, 'stopped');
    assert.equal(this.task(id).trouble, undefined);
    assert.deepEqual(this.poller.state.pauses, []);
    await this.pass(10_000);
    assert.equal(this.notices.length, 1, 'and says so once');
  }

  /** Nothing has come up that only a person can put right, and is told of. */
  assertNobodyIsTroubled(): void {
    assert.deepEqual(
      this.paused.filter((kind) => refusals.includes(kind)),
      [],
    );
  }

  /** As the store has it. */
  task(id: string, apiVersion = this.apiVersion): TrackedTask {
    const found = this.store.get({ apiVersion, id });
    assert.ok(found, refKey({ apiVersion, id }));
    return found;
  }

  /** Ends a task in the cloud. */
  stop(id: string): void {
    this.#simulator.tasks.get(id)?.stop(this.clock.now());
  }

  /** Lets time pass, and every answer come that can come. */
  async pass(ms: number): Promise<void> {
    await this.answered();
    for (let left = ms; left > 0; left -= stepMs) {
      await this.clock.advance(Math.min(stepMs, left));
      await this.answered();
    }
  }

  /** Resolves when no request is under way. */
  async answered(): Promise<void> {
    await settle();
    for (const start = performance.now(); this.#calls > this.#waiting;) {
      assert.ok(performance.now() - start < patienceMs, 'an answer, or none, in time');
      await sleep(1);
      await settle();
    }
  }

  /** Resolves when a request has reached the cloud and waits there. */
  async requested(): Promise<void> {
    await until(() => this.#simulator.counts.concurrent > 0, 'a request under way');
  }

  /** The cloud is gone: nobody listens at its port. */
  async shutDown(): Promise<void> {
    await this.#simulator.close();
  }

  /** The cloud is back where it was, with the same tasks. */
  async bringBack(): Promise<void> {
    const { url, tasks } = this.#simulator;
    this.#simulator = await startSimulatorAt(this.clock, { port: Number(new URL(url).port) });
    for (const { id, script, createdAtMs } of tasks.values())
      this.#simulator.addTask({ ...script, id, createdAtMs });
  }

  async dispose(): Promise<void> {
    this.poller.dispose();
    for (const reader of this.#details) reader.dispose();
    this.#queue.dispose();
    await settle();
    await this.#simulator.close();
    assert.equal(this.clock.timers, 0, 'no timer outlives the engine');
  }

  #connect(): Promise<Cloud> {
    const { key } = this;
    if (key === undefined) return Promise.reject(new CloudError('noKey', 'There is no key'));
    this.#cloud = this.#cloud?.key === key ? this.#cloud : { key, cloud: this.#open(key) };
    return Promise.resolve(this.#cloud.cloud);
  }

  #open(key: string): Cloud {
    const rateLimiter = new RateLimiter({ clock: this.clock, bucket: this.#bucket });
    const take = async (signal: AbortSignal): Promise<void> => {
      this.#waiting++;
      try {
        await rateLimiter.take(signal);
      } finally {
        this.#waiting--;
      }
    };
    const noteRateLimit = rateLimiter.noteRateLimit.bind(rateLimiter);
    const noteAllowance = rateLimiter.noteAllowance.bind(rateLimiter);
    const cloud = createCloud(
      { baseUrl: this.#simulator.url, key, rateLimiter: { take, noteRateLimit, noteAllowance } },
      this.#limits,
    );
    return { ...cloud, client: (apiVersion) => this.#counting(cloud.client(apiVersion)) };
  }

  #counting(client: TaskClient): TaskClient {
    const counted = async <T>(call: Promise<T>): Promise<T> => {
      this.#calls++;
      try {
        return await call;
      } finally {
        this.#calls--;
      }
    };
    return {
      ...client,
      getStatus: (id, signal) => counted(client.getStatus(id, signal)),
      getTask: (id, signal) => counted(client.getTask(id, signal)),
      getDetails: (id, signal, known) => counted(client.getDetails(id, signal, known)),
      listTasks: (query, signal) =>
        mapRequests(client.listTasks(query, signal), (request) => counted(request())),
    };
  }
}

function startSimulatorAt(
  clock: FakeClock,
  { port = 0, rateLimits }: { readonly port?: number; readonly rateLimits?: RateLimits } = {},
): Promise<Simulator> {
  return startSimulator({
    port,
    ...(rateLimits && { rateLimits }),
    clock: { now: () => clock.now(), advance: (ms) => clock.jump(ms) },
  });
}

/** Waits in real time. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const start = performance.now(); !isSo(); await sleep(1))
    assert.ok(performance.now() - start < patienceMs, what);
}
