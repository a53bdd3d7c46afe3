import assert from 'node:assert/strict';
import { ConfigurationTarget, EventEmitter, window, workspace, type QuickPickItem } from 'vscode';
import { createRateLimiter } from '../../src/api/index';
import { CloudError } from '../../src/core/cloud/errors';
import type { ApiVersion, TaskRef } from '../../src/core/cloud/task';
import { trackTasks } from '../../src/core/tracking/taskTracking';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { systemClock } from '../../src/platform/systemClock';
import { Log } from '../../src/ui/log';
import { Settings } from '../../src/ui/settings';
import { trackTask, type TrackTaskOptions } from '../../src/ui/commands/trackingCommands';
import type { AccountSession } from '../../src/ui/account/accountSession';
import { fakeSession, serverAt } from '../fakes/fakeAccount';
import { FakeCloud } from '../fakes/fakeCloud';
import { MemorySecrets } from '../fakes/memorySecrets';
import { never } from '../fakes/never';
import { Person } from './person';
import { waitFor } from './waitFor';

const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const sessions = Array.from(
  { length: 3 },
  (_, index) => `https://cloud.browser-use.com/agent/${index}${id.slice(1)}`,
);

describe('Track Task', () => {
  let person: Person;
  let settings: Settings;
  let store: TaskStore;
  let revealed: TaskRef[];
  let opened: TaskRef[];
  let session: AccountSession;
  let findTasks: (
    sessionId: string,
    version: ApiVersion,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;

  beforeEach(() => {
    person = new Person();
    settings = new Settings();
    store = new TaskStore();
    revealed = [];
    opened = [];
    session = fakeSession(serverAt('https://cloud.example'));
    findTasks = (sessionId) => Promise.resolve([`task-of-${sessionId}`]);
  });

  afterEach(() => {
    session.dispose();
    settings.dispose();
    person.end();
  });

  function options(isVisible: boolean): TrackTaskOptions {
    const cloud = new FakeCloud(() => 0);
    return {
      settings,
      clock: systemClock,
      log: new Log('Browser Use Tasks of a test'),
      openDetails: (ref) => {
        opened.push(ref);
        return Promise.resolve();
      },
      view: {
        isVisible,
        reveal(ref) {
          revealed.push(ref);
          return Promise.resolve();
        },
      },
      account: { requireSession: () => session },
      tracker: {
        track: (input, more) =>
          trackTasks(input, {
            store,
            connect: () =>
              Promise.resolve({
                download: () => cloud.download(),
                client: (version) => ({
                  ...cloud.client(version),
                  getStatus: () => Promise.reject(new CloudError('taskNotFound', 'Task not found')),
                  findSessionTasks: (sessionId, signal) => findTasks(sessionId, version, signal),
                }),
              }),
            isOfficial: true,
            clock: { now: () => 7, sleep: () => Promise.resolve() },
            signal: more?.signal ?? never,
            onProgress: more?.onProgress,
          }),
      },
    };
  }

  it('leaves a view that is closed as it is where the task comes as an argument', async () => {
    await trackTask([id], options(false));
    assert.equal(store.tasks().length, 1);
    assert.deepEqual(revealed, []);
  });

  it('shows the row where the view is open, or the person typed', async () => {
    await trackTask([`v2/${id}`], options(true));
    person.texts = [`v2/${id}`];
    await trackTask([], options(false));
    assert.deepEqual(
      revealed.map((ref) => ref.id),
      [id, id],
    );
  });

  it('begins anew with the account of another key while it asks, and keeps the text', async () => {
    const secrets = new MemorySecrets();
    const asked: string[] = [];
    session.dispose();
    session = fakeSession(serverAt('https://cloud.example'), {
      secrets,
      loadApi: () =>
        Promise.resolve({
          createRateLimiter,
          createCloud: ({ key }) => {
            const cloud = new FakeCloud(() => 0);
            cloud.set(`of-${key}`, 'finished', { prompt: `Task of ${key}` });
            return {
              download: () => cloud.download(),
              client: (version) => ({
                ...cloud.client(version),
                listTasks: (query, signal) => {
                  asked.push(`${key} ${version}`);
                  const isServed = version === 'v2' || key === 'second';
                  if (!isServed) throw new CloudError('notServed', 'Not served');
                  return cloud.client(version).listTasks(query, signal);
                },
              }),
            };
          },
        }),
    });
    await session.key.store('first');
    const boxes: Box[] = [];
    Object.assign(window, { createQuickPick: () => boxes[boxes.push(new Box()) - 1] });
    const labels = (): string[] => boxes.at(-1)?.items.map(({ label }) => label) ?? [];
    const has = (label: string) => waitFor(label, () => labels().includes(label));
    const tracking = trackTask([], options(false));
    await has('Task of first');
    // The same key again is the same account.
    await session.key.store('first');
    boxes[0]?.type('Task');
    await session.key.store('second');
    await has('Task of second');
    assert.equal(boxes.length, 2);
    assert.equal(boxes[0]?.isDisposed, true);
    assert.equal(boxes[1]?.value, 'Task');
    assert.ok(!labels().includes('Task of first'));
    const versionsOf = (key: string) =>
      new Set(asked.filter((each) => each.startsWith(key)).map((each) => each.split(' ')[1]));
    assert.ok(versionsOf('first').size > 1);
    assert.deepEqual(versionsOf('second'), versionsOf('first'));
    boxes[1].hide.fire();
    await assert.rejects(tracking, { name: 'Canceled' });
  });

  it('says how far the look-up of sessions is, and is cancelled there, keeping what is tracked', async () => {
    person.cancelAt = (text) => text === '1 of 3';
    await assert.rejects(trackTask([sessions.join('\n')], options(false)), { name: 'AbortError' });
    assert.deepEqual(person.progress, ['Finding tasks', '0 of 3', '1 of 3']);
    assert.equal(store.tasks().length, 1);
    assert.deepEqual(person.seen, []);
  });

  it('shows no notification while one session alone is looked up', async () => {
    await trackTask([sessions[0] ?? ''], options(false));
    assert.equal(store.tasks().length, 1);
    // What is in a view has no title.
    assert.deepEqual(person.progress, ['']);
  });

  it('shows one, where a single look-up takes longer than a moment, and is cancelled there', async () => {
    findTasks = (_sessionId, _version, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    person.cancelAt = (text) => text === 'Finding tasks';
    const clock = { now: () => 7, sleep: () => Promise.resolve() };
    const tracking = trackTask([sessions[0] ?? ''], { ...options(false), clock });
    await assert.rejects(tracking, { name: 'AbortError' });
    assert.deepEqual(person.progress, ['', 'Finding tasks']);
    assert.deepEqual(store.tasks(), []);
  });

  it('offers to look in other API versions where the one that is set knows no such session', async () => {
    const configuration = workspace.getConfiguration('browserUseTasks');
    await configuration.update('apiVersion', 'v2', ConfigurationTarget.Global);
    try {
      findTasks = (sessionId, version) =>
        version === 'v4'
          ? Promise.resolve([`run-of-${sessionId}`])
          : Promise.reject(new CloudError('taskNotFound', 'Session not found'));
      person.press = () => 'Look in Other API Versions';
      await trackTask([sessions[0] ?? ''], options(false));
      await waitFor('the task to be found', () => store.tasks().length === 1);
      assert.equal(store.tasks()[0]?.apiVersion, 'v4');
      assert.deepEqual(
        person.seen.map(({ buttons }) => buttons),
        [['Look in Other API Versions']],
      );
    } finally {
      await configuration.update('apiVersion', undefined, ConfigurationTarget.Global);
    }
  });

  it('says of how many sessions the tasks are missing, and tracks the others', async () => {
    findTasks = (sessionId) =>
      sessionId.startsWith('2')
        ? Promise.resolve(['a1'])
        : Promise.reject(new CloudError('taskNotFound', 'Session not found'));
    await trackTask([sessions.join('\n')], options(false));
    assert.equal(store.tasks().length, 1);
    assert.match(person.seen[0]?.text ?? '', /^The tasks of 2 sessions are not tracked: /u);
    assert.equal(person.seen.length, 1);
  });
});

/** A list with a box that stays open until it is disposed. */
class Box {
  value = '';
  items: readonly QuickPickItem[] = [];
  activeItems: readonly QuickPickItem[] = [];
  selectedItems: readonly QuickPickItem[] = [];
  isDisposed = false;
  readonly hide = new EventEmitter<void>();
  readonly onDidHide = this.hide.event;
  readonly #typed = new EventEmitter<string>();
  readonly onDidChangeValue = this.#typed.event;
  readonly #never = new EventEmitter<never>();
  readonly onDidAccept = this.#never.event;
  readonly onDidChangeSelection = this.#never.event;
  readonly onDidChangeActive = this.#never.event;

  type(text: string): void {
    this.value = text;
    this.#typed.fire(text);
  }

  show(): void {
    // It shows what its items are.
  }

  dispose(): void {
    this.isDisposed = true;
    this.hide.fire();
  }
}
