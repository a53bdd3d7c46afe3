import assert from 'node:assert/strict';
import { workspace } from 'vscode';
import type { BrowserUseTasks, TaskToStop } from '../../src/publicApi';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { publicTasks } from '../../src/ui/publicTasks';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { activated, run, set, taskWhen } from './extensionUnderTest';
import { Person } from './person';

const tracked = { apiVersion: 'v2', id: '3fa85f64-5717-4562-b3fc-2c963f66afa7' } as const;
const untracked = { apiVersion: 'v4', id: '11111111-5717-4562-b3fc-2c963f66afa7' } as const;

/** Of another account. */
const otherKey = 'bu_other_0123456789abcdef';

describe('what code can do with tasks', () => {
  let api: BrowserUseTasks;
  let cloud: Simulator;
  let person: Person;

  before(async () => {
    api = await activated();
    cloud = await startSimulator({ keys: [simulatorKey, otherKey] });
    person = new Person();
    await set('baseUrl', cloud.url);
    person.texts = [simulatorKey];
    await run('setApiKey');
    for (const { apiVersion, id } of [tracked, untracked])
      cloud.addTask({ apiVersion, id, prompt: `Runs in ${apiVersion}`, lengthMs: 3_600_000 });
    await run('trackTask', `${cloud.url}/api/v2/tasks/${tracked.id}`);
    await taskWhen(api, tracked.id, ({ status }) => status === 'running');
    person.seen.length = 0;
  });

  after(async () => {
    await run('untrackTask', tracked.id);
    person.press = () => 'Remove';
    await run('removeApiKey');
    person.end();
    await cloud.close();
    await set('baseUrl');
  });

  const changes = () => cloud.counts.seen.filter(({ method }) => method !== 'GET').length;

  it('tell code of a task that has started, though it is not tracked', async () => {
    const { api: other, disposable } = publicTasks({
      tasks: new TaskStore(),
      track: () => Promise.resolve([]),
      callCommand: () => Promise.resolve(tracked),
    });
    await assert.rejects(other.run({ prompt: 'Buy milk' }), /has started, but is not tracked/u);
    disposable.dispose();
  });

  it('ask code back as they ask a person, and do nothing where nobody agrees', async () => {
    await run('stopTask', tracked);
    await run('stopTaskAndSession', [tracked, untracked]);
    await run('stopTask', [
      { ...tracked, confirm: false },
      { ...untracked, confirm: 0 },
    ]);
    await run('deleteSession', { ...tracked, confirm: false });
    assert.deepEqual(
      person.seen.map(({ isModal }) => isModal),
      [true, true, true, true],
    );
    assert.equal(changes(), 0);
  });

  it('send nothing where the key is another one by the time the person agrees', async () => {
    for (const name of ['stopTask', 'deleteSession', 'stopAllOpenSessions']) {
      person.press = async ({ buttons }) => {
        person.press = () => undefined;
        person.texts = [otherKey];
        await run('setApiKey');
        return buttons.at(-1);
      };
      person.seen.length = 0;
      await run(name, ...(name === 'stopAllOpenSessions' ? [] : [tracked]));
      const told = person.seen.at(-1)?.text ?? '';
      assert.match(told, /the API key was changed .* Nothing was sent\./u, name);
      person.texts = [simulatorKey];
      await run('setApiKey');
    }
    assert.equal(changes(), 0);
    assert.ok(api.tasks.some(({ id }) => id === tracked.id));
  });

  it('ask in a folder that is not trusted, whatever code says', async () => {
    const trust = Object.getOwnPropertyDescriptor(workspace, 'isTrusted') ?? {};
    Object.defineProperty(workspace, 'isTrusted', { get: () => false, configurable: true });
    try {
      person.seen.length = 0;
      await run('stopTask', { ...tracked, confirm: false });
      assert.deepEqual(
        person.seen.map(({ isModal }) => isModal),
        [true],
      );
      assert.equal(changes(), 0);
    } finally {
      Object.defineProperty(workspace, 'isTrusted', trust);
    }
  });

  it('take whatever they are handed, and say once what is wrong with it', async () => {
    for (const name of ['stopTask', 'pauseTask', 'deleteSession', 'stopBrowser'])
      for (const args of [[null], [[]], [{ apiVersion: 'v9', id: 'a' }], ['no ID']]) {
        person.seen.length = 0;
        await run(name, ...args);
        assert.ok(person.seen.length <= 1, JSON.stringify([name, args, person.seen]));
        assert.ok(person.seen.every(({ text }) => !text.includes('mistake')));
      }
    const unnamed = [
      [],
      [{ apiVersion: 'v9', id: 'a' }],
      { apiVersion: 'v2', id: '' },
      null,
      [null],
    ];
    for (const named of unnamed)
      await assert.rejects(api.stop(named as TaskToStop), /named by its ID/u);
    assert.equal(changes(), 0);
    person.seen.length = 0;
    await run('pauseTask', tracked);
    assert.match(person.seen[0]?.text ?? '', /cannot be paused: API v2 cannot do that\.$/u);
  });

  it('ask nothing where code says that it need not be confirmed, and stop what is not tracked, too', async () => {
    person.seen.length = 0;
    await api.stop([
      { ...tracked, confirm: false },
      { ...untracked, confirm: false },
    ]);
    assert.deepEqual(
      person.seen.map(({ text, isModal }) => [text, isModal]),
      [['2 tasks stopped.', false]],
    );
    assert.equal(changes(), 2);
    await taskWhen(api, tracked.id, ({ status }) => status === 'stopped');
    for (const { id } of [tracked, untracked])
      assert.equal(cloud.tasks.get(id)?.stateAt(cloud.clock.now()).status, 'stopped');
  });

  it('run a task for another extension that has asked the person, once, and throw what cannot be sent', async () => {
    const before = changes();
    const task = await api.run({ prompt: 'Buy milk', apiVersion: 'v2', confirm: false });
    assert.equal(task?.apiVersion, 'v2');
    assert.ok(cloud.tasks.has(task.id));
    assert.equal(changes(), before + 1);
    for (const named of [
      { prompt: '', apiVersion: 'v9' },
      { prompt: 'x', apiVersion: 'v2', maxCostUsd: 1, confirm: false },
      { prompt: 'x', nonsense: 'y' },
    ] as const)
      await assert.rejects(api.run(named), JSON.stringify(named));
    assert.equal(changes(), before + 1);
    await api.stop({ ...task, confirm: false });
    await taskWhen(api, task.id, ({ status }) => status === 'stopped');
    await run('untrackTask', task.id);
  });

  it('tell what was sent from what was not, where the key is changed while many wait for their turns', async () => {
    const ids = Array.from(
      { length: 16 },
      (_, at) => `${10 + at}111111-1111-4111-8111-111111111111`,
    );
    for (const id of ids)
      cloud.addTask({ apiVersion: 'v4', id, prompt: `Waits ${id}`, lengthMs: 3_600_000 });
    const before = changes();
    person.seen.length = 0;
    let changing: Promise<unknown> | undefined;
    person.cancelAt = (text) => {
      if (text !== '1 of 16') return false;
      person.texts = [otherKey];
      changing = run('setApiKey');
      return false;
    };
    await api.stop(ids.map((id) => ({ apiVersion: 'v4', id, confirm: false })));
    person.cancelAt = () => false;
    await changing;
    const told = person.seen.map(({ text }) => text).find((text) => text.includes('of 16 tasks'));
    const [, stopped, refused] =
      /^(\d+) of 16 tasks stopped, (\d+) could not be stopped\. The API key for 127\.0\.0\.1\S* was changed meanwhile, and nothing was sent with the new one\./u.exec(
        told ?? '',
      ) ?? [];
    assert.equal(Number(stopped), changes() - before, told);
    assert.equal(Number(refused), 16 - Number(stopped), told);
    person.texts = [simulatorKey];
    await run('setApiKey');
  });
});
