import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { BrowserUseTasks, TaskSnapshotChange } from '../../src/publicApi';
import { virtualClock, type Clock } from '../simulator/clock';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { activated, run, set, taskWhen } from './extensionUnderTest';
import { Person } from './person';
import { waitFor } from './waitFor';

const v2Id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const v1Id = '11111111-5717-4562-b3fc-2c963f66afa6';

describe('the extension against a cloud', () => {
  let api: BrowserUseTasks;
  let clock: Clock;
  let cloud: Simulator;
  let person: Person;

  before(async () => {
    api = await activated();
    // Whether this window has the focus is not the tests' to say.
    for (const name of ['watching', 'hidden', 'away']) await set(`polling.${name}Seconds`, 2);
    // What is set is taken at its word, so each test knows which requests there are.
    await set('apiVersion', 'v2');
  });

  after(async () => {
    for (const name of ['watching', 'hidden', 'away']) await set(`polling.${name}Seconds`);
    await set('apiVersion');
    await set('baseUrl');
  });

  beforeEach(async () => {
    clock = virtualClock(Date.now());
    cloud = await startSimulator({ clock });
    person = new Person();
    await set('baseUrl', cloud.url);
  });

  afterEach(async () => {
    const ids = api.tasks.map(({ id }) => id).join(' ');
    if (ids !== '') await run('untrackTask', ids);
    person.press = () => 'Remove';
    await run('removeApiKey');
    person.end();
    await set('notifyOn');
    await cloud.close();
  });

  async function setKey(key = simulatorKey): Promise<void> {
    person.texts = [key];
    await run('setApiKey');
  }

  const wasShown = (pattern: RegExp): boolean => person.seen.some(({ text }) => pattern.test(text));

  it('keeps a listener that throws, as of another extension, from disturbing others and the polling', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Book a table', lengthMs: 4000 });
    const received: (string | undefined)[] = [];
    const subscriptions = [
      api.onDidChangeTask(() => {
        throw new Error('A mistake of another extension');
      }),
      api.onDidChangeTask(({ after }) => received.push(after?.status)),
    ];
    try {
      await setKey();
      await api.track(v2Id);
      await taskWhen(api, v2Id, ({ status }) => status !== 'unknown');
      clock.advance(60_000);
      await taskWhen(api, v2Id, ({ status }) => status === 'finished');
      assert.equal(received[0], 'unknown');
      assert.equal(received.at(-1), 'finished');
    } finally {
      for (const subscription of subscriptions) subscription.dispose();
    }
  });

  it('proves a key, says who answered, and follows tasks of both API versions to their ends', async () => {
    cloud.addTask({
      id: v2Id,
      prompt: 'Book a table',
      steps: 2,
      lengthMs: 4000,
      startsAfterMs: 1000,
      cost: '0.12',
    });
    cloud.addTask({ id: v1Id, apiVersion: 'v1', prompt: 'Buy milk', steps: 2, lengthMs: 4000 });
    const changes: TaskSnapshotChange[] = [];
    const subscription = api.onDidChangeTask((change) => changes.push(change));
    await setKey();
    assert.ok(wasShown(/is stored\. .+/u), JSON.stringify(person.seen));

    await run('trackTask', `${v2Id} v1/${v1Id}`);
    assert.deepEqual(
      api.tasks.map(({ apiVersion, id }) => `${apiVersion}/${id}`),
      [`v2/${v2Id}`, `v1/${v1Id}`],
    );
    await taskWhen(api, v2Id, ({ status }) => status === 'created');
    await taskWhen(api, v1Id, ({ status }) => status === 'running');
    clock.advance(2000);
    const running = await taskWhen(api, v2Id, ({ status }) => status === 'running');
    assert.equal(running.rawStatus, 'started');
    assert.equal(running.prompt, 'Book a table');

    clock.advance(60_000);
    const finished = await taskWhen(api, v2Id, ({ output }) => output !== undefined);
    assert.equal(finished.status, 'finished');
    assert.equal(finished.outcome, 'success');
    assert.equal(finished.cost, '0.12');
    assert.match(finished.finishedAt ?? '', /Z$/u);
    await taskWhen(api, v1Id, ({ status }) => status === 'finished');
    await waitFor('the notice', () => wasShown(/2 tasks finished|Book a table/u));
    subscription.dispose();
    const statuses = changes
      .filter(({ after }) => after?.id === v2Id)
      .map(({ before, after }) => `${before?.status ?? 'new'} → ${after?.status}`);
    assert.deepEqual(
      statuses.filter((step, at) => step !== statuses[at - 1] && !/(\w+) → \1$/u.test(step)),
      ['new → unknown', 'unknown → created', 'created → running', 'running → finished'],
    );
    assert.equal(
      person.seen.filter(({ text }) => /Book a table|tasks finished/u.test(text)).length,
      1,
    );
    assert.doesNotMatch(JSON.stringify([person.seen, changes]), /bu_simulator/u);
  });

  it('requests nothing once nothing is active, until somebody refreshes', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Quick', createdAtMs: clock.now() - 60_000, steps: 1 });
    await setKey();
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'finished');
    cloud.counts.reset();
    await new Promise((resolve) => setTimeout(resolve, 4500));
    assert.equal(cloud.counts.total, 0);
    await run('refresh');
    assert.equal(cloud.counts.total, 1);
    assert.ok(!wasShown(/Quick/u), 'told of an end that was there before the first poll');
  });

  it('does not store a key that the cloud refuses', async () => {
    await setKey('bu_wrong_key_0123456789');
    assert.ok(wasShown(/does not accept this API key\. Nothing was stored/u));
    assert.ok(!person.seen.some(({ text }) => text.includes('bu_wrong')));
    cloud.addTask({ id: v2Id, prompt: 'x' });
    person.seen.length = 0;
    await run('trackTask', v2Id);
    assert.ok(wasShown(/Set an API key/u), JSON.stringify(person.seen));
    assert.equal(cloud.counts.of('GET /api/v2/tasks/{task_id}'), 0);
  });

  it('lets the user try another key, or store one that nobody could check', async () => {
    cloud.faults.add({ route: '*', times: 1, effect: { kind: 'reset' } });
    person.press = ({ buttons }) => buttons.find((button) => button === 'Store Anyway');
    await setKey();
    assert.ok(wasShown(/could not be checked/u));
    cloud.addTask({ id: v2Id, prompt: 'x', end: 'never' });
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'running');
  });

  it('prompts once for a key that is refused in mid-run, and goes on with a new one', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Long', end: 'never' });
    await setKey();
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'running');
    cloud.keys.clear();
    cloud.keys.add('bu_another_key');
    await waitFor('the prompt', () => wasShown(/does not accept the API key/u));
    const { total } = cloud.counts;
    await new Promise((resolve) => setTimeout(resolve, 4500));
    assert.equal(cloud.counts.total, total, 'sent requests with a refused key');
    assert.equal(person.seen.filter(({ text }) => /does not accept/u.test(text)).length, 1);
    await setKey('bu_another_key');
    await waitFor('polls with the new key', () =>
      cloud.counts.seen.some(({ status, route }) => status === 200 && /tasks/u.test(route)),
    );
    await waitFor('more polls', () => cloud.counts.total > total + 2);
  });

  it('keeps the tasks of each server apart, and sends no key to another', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Here', end: 'never' });
    await setKey();
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'running');
    const other = await startSimulator();
    try {
      await set('baseUrl', other.url);
      await waitFor('the other server’s tasks', () => api.tasks.length === 0);
      other.addTask({ id: v1Id, prompt: 'There', end: 'never' });
      await run('trackTask', v1Id);
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(
        other.counts.total,
        0,
        'sent a request to another server without a key of its own',
      );
      await run('untrackTask', v1Id);
      await set('baseUrl', cloud.url);
      await taskWhen(api, v2Id, ({ status }) => status === 'running');
    } finally {
      await other.close();
    }
  });

  it('looks up the tasks of a session that a dashboard link names', async () => {
    const { sessionId } = cloud.addTask({ id: v2Id, prompt: 'In a session', end: 'never' });
    await setKey();
    const [task, ...others] = await api.track(`https://cloud.browser-use.com/agent/${sessionId}`);
    assert.equal(task?.id, v2Id);
    assert.deepEqual(others, []);
  });

  it('tracks what it can for other extensions, and throws only where that is nothing', async () => {
    await setKey();
    const unknown = 'https://cloud.browser-use.com/agent/00000000-0000-4000-8000-00000000000f';
    await assert.rejects(api.track(unknown));
    assert.deepEqual(
      (await api.track(`${unknown} ${v2Id}`)).map(({ id }) => id),
      [v2Id],
    );
  });

  it('tells other extensions why nothing could be tracked', async () => {
    await assert.rejects(api.track('hello world'), /“hello” is left out: this looks like a word/u);
    for (const nothing of ['', undefined, null, 3, {}])
      await assert.rejects(api.track(nothing as string), /names no task/u);
    await set('baseUrl', 'http://evil.example');
    await assert.rejects(api.track(v2Id), /https:\/\//u);
  });

  it('answers duplicates and nonsense in one message', async () => {
    await setKey();
    cloud.addTask({ id: v2Id, prompt: 'x', end: 'never' });
    person.seen.length = 0;
    await run('trackTask', `${v2Id} ${v2Id} 0b5ad6a5-8a4f-4f5e`);
    assert.deepEqual(
      person.seen.map(({ text }) => text),
      [
        '1 task tracked; 1 was named twice; “0b5ad6a5-8a4f-4f5e” is left out: this is not a whole UUID: copy all 36 characters of it.',
      ],
    );
  });

  it('asks for tasks in a box that judges what is typed', async () => {
    await setKey();
    person.texts = ['what is this'];
    await run('trackTask');
    assert.equal(api.tasks.length, 0);
    person.texts = [`${v2Id},${v1Id}`];
    await run('trackTask');
    assert.equal(api.tasks.length, 2);
    const [first, second] = person.validations.slice(-2) as string[][];
    assert.equal(first?.[0], 'This names no task');
    assert.equal(second?.[0], 'Track 2 tasks');
  });

  it('forgets ended tasks, and brings them back with all that was known', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Done', createdAtMs: clock.now() - 60_000, steps: 1 });
    await setKey();
    await run('trackTask', `${v2Id} ${v1Id}`);
    const before = await taskWhen(api, v2Id, ({ status }) => status === 'finished');
    person.press = () => undefined;
    await run('untrackEndedTasks');
    assert.deepEqual(
      api.tasks.map(({ id }) => id),
      [v1Id],
    );
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'finished');
    person.press = ({ buttons }) => buttons.find((button) => button === 'Undo');
    cloud.counts.reset();
    await run('untrackEndedTasks');
    const after = await taskWhen(api, v2Id, () => true);
    assert.deepEqual(after, before);
  });

  it('brings a single task back, too', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Done', createdAtMs: clock.now() - 60_000, steps: 1 });
    await setKey();
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'finished');
    const before = api.tasks;
    person.press = ({ buttons }) => buttons.find((button) => button === 'Undo');
    await run('untrackTask', v2Id);
    await waitFor('the task', () => api.tasks.length === 1);
    assert.deepEqual(api.tasks, before);
  });

  it('brings it back also where the base URL named another server meanwhile', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Done', createdAtMs: clock.now() - 60_000, steps: 1 });
    await setKey();
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'finished');
    const before = api.tasks;
    person.press = async ({ buttons }) => {
      if (!buttons.includes('Undo')) return undefined;
      await set('baseUrl', 'http://127.0.0.1:9');
      await set('baseUrl', cloud.url);
      return 'Undo';
    };
    await run('untrackTask', v2Id);
    await waitFor('the task', () => api.tasks.length === 1);
    assert.deepEqual(api.tasks, before);
  });

  it('lets the user choose to untrack what is not found along with what has ended', async () => {
    cloud.addTask({ id: v2Id, prompt: 'Done', createdAtMs: clock.now() - 60_000, steps: 1 });
    await setKey();
    // The cloud refuses it as malformed, so it is never found.
    const detail = [{ loc: ['path', 'task_id'], msg: 'malformed', type: 'uuid_parsing' }];
    cloud.faults.add({
      route: '* /api/v2/tasks/malformed-1*',
      effect: { kind: 'answer', status: 422, body: { detail } },
    });
    // One after the other: beside a UUID, only UUIDs are tasks.
    for (const id of [v1Id, 'malformed-1']) await run('trackTask', id);
    const ids = (): readonly string[] => api.tasks.map(({ id }) => id);
    let offered: readonly string[] = [];
    person.pick = (labels) => {
      offered = labels;
      return undefined;
    };
    await waitFor('what is not found to be offered', async () => {
      await run('untrackEndedTasks');
      return offered.length === 1;
    });
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'finished');
    await run('untrackEndedTasks');
    assert.deepEqual(offered, ['Ended Tasks', 'Tasks Not Found']);
    assert.equal(ids().length, 3, 'untracked something though the list was cancelled');
    person.pick = () => ['Tasks Not Found'];
    await run('untrackEndedTasks');
    assert.deepEqual(new Set(ids()), new Set([v2Id, v1Id]));
    person.pick = () => assert.fail('asked though there is nothing to choose');
    await run('untrackEndedTasks');
    assert.deepEqual(ids(), [v1Id]);
  });

  it('lets the user pick where nothing says which task is meant', async () => {
    await setKey();
    await run('trackTask', `${v2Id} ${v1Id}`);
    await run('untrackTask');
    assert.equal(api.tasks.length, 2, 'untracked something though the list was cancelled');
    person.pick = () => [v1Id];
    await run('untrackTask');
    assert.deepEqual(
      api.tasks.map(({ id }) => id),
      [v2Id],
    );
    await run('copyTaskId', v2Id);
    assert.equal(await vscode.env.clipboard.readText(), v2Id);
  });

  it('does not open the dashboard for tasks of another server', async () => {
    cloud.addTask({ id: v2Id, prompt: 'x', end: 'never' });
    await setKey();
    await run('trackTask', v2Id);
    await run('openInCloud', v2Id);
    assert.ok(wasShown(/Only tasks of Browser Use Cloud itself/u));
    person.seen.length = 0;
    let pickers = 0;
    person.pick = () => {
      pickers++;
      return undefined;
    };
    await run('openInCloud');
    assert.equal(pickers, 0, 'asked which task, to refuse it then');
    assert.ok(wasShown(/Only tasks of Browser Use Cloud itself/u));
  });

  it('does not blame the key where a page between answers', async () => {
    for (const status of [401, 403]) {
      cloud.faults.add({ route: '*', times: 1, effect: { kind: 'html', status } });
      person.seen.length = 0;
      await setKey();
      assert.ok(wasShown(/Something between you and 127\.0\.0\.1:\d+ answered/u));
      assert.ok(!wasShown(/does not accept/u));
    }
  });

  it('tries the same key again where nobody could be asked about it', async () => {
    cloud.faults.add({ route: '*', times: 1, effect: { kind: 'reset' } });
    person.press = ({ buttons }) => buttons.find((button) => button === 'Try Again');
    await setKey();
    assert.ok(wasShown(/could not be checked/u));
    assert.ok(wasShown(/is stored\. .+/u), JSON.stringify(person.seen));
  });

  it('asks for another key where the cloud refuses one', async () => {
    person.press = ({ buttons }) => buttons.find((button) => button === 'Try Again');
    person.texts = ['bu_wrong_key_0123456789', simulatorKey];
    await run('setApiKey');
    assert.deepEqual(person.texts, []);
    assert.ok(wasShown(/is stored\. .+/u), JSON.stringify(person.seen));
  });

  it('shows a message about what a refresh ran into', async () => {
    cloud.addTask({ id: v2Id, prompt: 'x', end: 'never' });
    await setKey();
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'running');
    cloud.faults.add({ route: '*', effect: { kind: 'reset' } });
    person.seen.length = 0;
    await run('refresh');
    await waitFor('the message', () => wasShown(/cannot be reached\. Check the network/u));
    assert.equal(api.tasks[0]?.status, 'running');
  });

  it('says which API version is not served', async () => {
    cloud.apiVersions.delete('v1');
    await setKey();
    await run('trackTask', `v1/${v1Id}`);
    person.seen.length = 0;
    await run('refresh');
    await waitFor('the message', () => wasShown(/^API v1 is not served at 127\.0\.0\.1/u));
  });

  it('removes the key only after a confirmation', async () => {
    await setKey();
    person.seen.length = 0;
    await run('removeApiKey');
    assert.ok(person.seen.some(({ isModal, buttons }) => isModal && buttons.includes('Remove')));
    cloud.addTask({ id: v2Id, prompt: 'x', end: 'never' });
    await run('trackTask', v2Id);
    await taskWhen(api, v2Id, ({ status }) => status === 'running');
    person.press = () => 'Remove';
    await run('removeApiKey');
    const { total } = cloud.counts;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal(cloud.counts.total, total);
  });

  it('refuses what is no key before anybody is asked', async () => {
    await setKey('not a key');
    const [validation] = person.validations;
    assert.match(String(validation), /no spaces/u);
  });
});

describe('the commands of package.json', () => {
  it('are all registered, and no others', async () => {
    await activated();
    const extension = vscode.extensions.getExtension('browser-use-tasks.browser-use-tasks');
    const manifest = extension?.packageJSON as {
      contributes: {
        commands: { command: string }[];
        views: Record<string, { id: string }[]>;
      };
    };
    const { commands, views } = manifest.contributes;
    const declared = commands.map(({ command }) => command);
    // VS Code makes some for each view, to focus it and so on.
    const ofViews = Object.values(views).flatMap((each) => each.map(({ id }) => `${id}.`));
    const registered = (await vscode.commands.getCommands(true)).filter(
      (name) =>
        name.startsWith('browserUseTasks.') && !ofViews.some((prefix) => name.startsWith(prefix)),
    );
    assert.deepEqual(new Set(registered), new Set(declared));
  });
});
