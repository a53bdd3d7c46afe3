import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { BrowserUseTasks } from '../../src/publicApi';
import { taskDocumentScheme } from '../../src/ui/saving/taskDocuments';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { activated, run, set, taskWhen } from './extensionUnderTest';
import { Person } from './person';
import { waitFor } from './waitFor';

const firstId = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const secondId = '11111111-5717-4562-b3fc-2c963f66afa6';
const first = { apiVersion: 'v2', id: firstId } as const;
const second = { apiVersion: 'v2', id: secondId } as const;

describe('the commands on tasks', () => {
  let api: BrowserUseTasks;
  let cloud: Simulator;
  let person: Person;
  let folder: string;

  /** Both stay tracked from test to test: each request of the real extension takes half a second of its rate. */
  before(async () => {
    api = await activated();
    cloud = await startSimulator();
    const createdAtMs = Date.now() - 60_000;
    cloud.addTask({
      id: firstId,
      prompt: 'Find the price',
      steps: 2,
      createdAtMs,
      output: '42 EUR',
    });
    cloud.addTask({ id: secondId, prompt: 'Book a table', steps: 1, createdAtMs, output: '8 pm' });
    await set('baseUrl', cloud.url);
    person = new Person();
    person.texts = [simulatorKey];
    await run('setApiKey');
    person.end();
  });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'browser-use-tasks-'));
    person = new Person();
    if (api.tasks.length < 2) await run('trackTask', `${firstId} ${secondId}`);
    for (const id of [firstId, secondId])
      await taskWhen(api, id, ({ output }) => output !== undefined);
    person.seen.length = 0;
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    cloud.faults.clear();
    person.end();
    rmSync(folder, { recursive: true, force: true });
  });

  after(async () => {
    person = new Person();
    await run('untrackTask', `${firstId} ${secondId}`);
    person.press = () => 'Remove';
    await run('removeApiKey');
    person.end();
    await cloud.close();
    await set('baseUrl');
  });

  const wasShown = (pattern: RegExp): boolean => person.seen.some(({ text }) => pattern.test(text));

  /** Has lists answered in their turn, each with the first entry that fits. */
  function picks(...patterns: readonly RegExp[]): string[][] {
    const requested: string[][] = [];
    const waiting = [...patterns];
    person.pick = (labels) => {
      requested.push([...labels]);
      const pattern = waiting.shift();
      return pattern && labels.filter((label) => pattern.test(label)).slice(0, 1);
    };
    return requested;
  }

  async function diff(): Promise<{ label: string; left: string; right: string }> {
    const input = await waitFor('a comparison', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find((tab) => tab.input instanceof vscode.TabInputTextDiff),
    );
    assert.ok(input.input instanceof vscode.TabInputTextDiff);
    const { original, modified } = input.input;
    const [left, right] = await Promise.all(
      [original, modified].map(async (uri) => {
        assert.equal(uri.scheme, taskDocumentScheme);
        return (await vscode.workspace.openTextDocument(uri)).getText();
      }),
    );
    return { label: input.label, left: left ?? '', right: right ?? '' };
  }

  describe('Compare Tasks', () => {
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      'two refs as arguments': () => run('compareTasks', first, second),
      'two IDs as arguments': () => run('compareTasks', firstId, secondId),
      'a text with two IDs': () => run('compareTasks', `${firstId}, ${secondId}`),
      'a row with the selection, as a context menu hands them over': () =>
        run('compareTasks', second, [first, second]),
      'one row, and another that the person picks': () => {
        const requested = picks(/Book/u);
        return run('compareTasks', first, undefined).then(() => {
          assert.deepEqual(requested, [['Book a table']], 'offered the task itself');
        });
      },
      'none, where the person picks both': () => {
        picks(/Find/u, /Book/u);
        return run('compareTasks');
      },
      'undefined, in the middle of a redraw': () => {
        // The first task may be selected already.
        person.pick = (labels) =>
          [/Find/u, /Book/u].flatMap((it) => labels.filter((label) => it.test(label))).slice(0, 1);
        return run('compareTasks', undefined, undefined);
      },
    };
    for (const [name, way] of Object.entries(ways))
      it(`shows two side by side, of ${name}`, async () => {
        await way();
        const { label, left, right } = await diff();
        assert.equal(label, 'Find the price ↔ Book a table', JSON.stringify(person.seen));
        assert.match(left, /^Status[^]*^Prompt\n {2}Find the price\n[^]*42 EUR[^]*Step 2\n/mu);
        assert.match(right, /^Status[^]*^Prompt\n {2}Book a table\n[^]*8 pm/mu);
        assert.deepEqual(person.seen, []);
      });

    it('shows what cannot be written to', async () => {
      await run('compareTasks', first, second);
      await diff();
      const editor = vscode.window.visibleTextEditors.find(
        ({ document }) => document.uri.scheme === taskDocumentScheme,
      );
      assert.ok(editor);
      const edited = await editor
        .edit((edit) => edit.insert(new vscode.Position(0, 0), 'x'))
        .then(
          (isDone) => isDone,
          () => false,
        );
      assert.ok(!edited || !editor.document.isDirty);
    });

    it('says why where there are not two', async () => {
      await run('compareTasks', first, first);
      await run('compareTasks', first, [first, second, { apiVersion: 'v2', id: 'c' }]);
      await run('untrackTask', secondId);
      person.seen.length = 0;
      await run('compareTasks', first);
      assert.ok(wasShown(/no other tracked task/u), JSON.stringify(person.seen));
    });

    it('compares what was last seen of a task that is gone', async () => {
      cloud.faults.add({
        route: `GET /api/v2/tasks/${secondId}`,
        effect: { kind: 'answer', status: 404, body: { detail: 'Task not found' } },
      });
      await run('compareTasks', first, second);
      assert.match((await diff()).right, /Book a table[^]*not known: this is what was last seen/u);
    });
  });

  describe('Export Task', () => {
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      'a ref and a format': () => run('exportTask', first, 'json'),
      'an ID and a format': () => run('exportTask', firstId, 'json'),
      'a row, as a context menu hands it over': () => {
        picks(/JSON/u);
        return run('exportTask', first, undefined);
      },
      'none, where the person picks': () => {
        picks(/Find/u, /JSON/u);
        return run('exportTask');
      },
      'undefined, in the middle of a redraw': () => {
        // The first task may be selected already.
        person.pick = (labels) => labels.filter((label) => /Find|JSON/u.test(label));
        return run('exportTask', undefined, undefined);
      },
    };
    for (const [name, way] of Object.entries(ways))
      it(`writes where the person says, of ${name}`, async () => {
        const file = path.join(folder, 'a.json');
        person.saveTo = () => vscode.Uri.file(file);
        await way();
        assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id, firstId);
      });

    it('writes Markdown with its pictures', async () => {
      person.saveTo = () => vscode.Uri.file(path.join(folder, 'a.md'));
      picks(/Markdown/u);
      await run('exportTask', first);
      assert.ok(existsSync(path.join(folder, 'a-images', 'step-002.png')));
    });

    it('does nothing where the person cancels, and takes one task only', async () => {
      await run('exportTask');
      await run('exportTask', first, 'json');
      assert.deepEqual(person.seen, []);
      await run('exportTask', first, [first, second]);
      assert.ok(wasShown(/one task at a time/u));
    });
  });

  describe('Copy Code to Fetch Task', () => {
    it('copies for what is named or picked, from arguments, menu and palette', async () => {
      await run('copySnippet', first, 'python');
      assert.match(
        await vscode.env.clipboard.readText(),
        new RegExp(`tasks\\.get\\("${firstId}"`, 'u'),
      );
      picks(/curl/u);
      await run('copySnippet', second, undefined);
      assert.match(await vscode.env.clipboard.readText(), new RegExp(`^curl .+${secondId}`, 'u'));
      picks(/Book/u, /TypeScript/u);
      await run('copySnippet');
      const code = await vscode.env.clipboard.readText();
      assert.match(code, new RegExp(`tasks\\.get\\("${secondId}"`, 'u'));
      assert.match(code, new RegExp(`baseUrl: "${cloud.url}/api/v2"`, 'u'));
      assert.deepEqual(person.seen, []);
    });
  });

  it('take whatever they are handed, and say once what is wrong with it', async () => {
    // Untracking is left out: without a row of its own it acts on what is selected.
    const names = [
      'refresh',
      'openDetails',
      'copyTaskId',
      'openInCloud',
      'compareTasks',
      'exportTask',
      'copySnippet',
    ];
    const nonsense: readonly (readonly unknown[])[] = [
      [undefined],
      [null],
      [undefined, undefined],
      [null, null],
      [42],
      [{}],
      [{ apiVersion: 'v9', id: firstId }],
      [{ apiVersion: 'v2', id: 42 }],
      [[]],
      [first, []],
      [undefined, [null, 42, {}]],
      ['not an ID'],
      ['javascript:alert(1)'],
      [vscode.Uri.parse('command:workbench.action.quit')],
    ];
    for (const name of names)
      for (const args of nonsense) {
        person.seen.length = 0;
        const result: unknown = await vscode.commands.executeCommand(
          `browserUseTasks.${name}`,
          ...args,
        );
        assert.equal(result, undefined);
        assert.ok(person.seen.length <= 1, `${name} ${JSON.stringify([args, person.seen])}`);
        assert.ok(
          person.seen.every(({ severity, text }) => severity !== 'error' && !/mistake/u.test(text)),
          `${name} ${JSON.stringify([args, person.seen])}`,
        );
      }
    assert.deepEqual(new Set(api.tasks.map(({ id }) => id)), new Set([firstId, secondId]));
  });

  it('do what can be done without asking where the task is named', async () => {
    await run('copyTaskId', first, [first, second]);
    assert.equal(await vscode.env.clipboard.readText(), `${firstId}\n${secondId}`);
    cloud.counts.reset();
    await run('refresh', second);
    assert.equal(cloud.counts.total, 1);
    await run('openDetails', first);
    await waitFor('the panel', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(({ label }) => label === 'Find the price'),
    );
    await run('untrackTask', second);
    assert.deepEqual(
      api.tasks.map(({ id }) => id),
      [firstId],
    );
  });
});

describe('the commands in package.json', () => {
  interface Manifest {
    readonly contributes: {
      readonly commands: readonly { command: string; title: string; category: string }[];
      readonly menus: Readonly<Record<string, readonly { command: string; when?: string }[]>>;
    };
  }
  const manifest = (): Manifest =>
    vscode.extensions.getExtension('browser-use-tasks.browser-use-tasks')?.packageJSON as Manifest;

  it('are of one category', () => {
    for (const { category, title } of manifest().contributes.commands)
      assert.equal(category, 'Browser Use', title);
  });

  it('that act on tasks are hidden from the palette while none is tracked', () => {
    const hidden = manifest().contributes.menus['commandPalette'] ?? [];
    const onTasks = (manifest().contributes.menus['view/item/context'] ?? [])
      .filter(({ when = '' }) => when.startsWith('view == browserUseTasks.tasks'))
      .map(({ command }) => command);
    // The second is true only while a task is tracked that can be paused or resumed.
    const keys = ['browserUseTasks.hasTasks', 'browserUseTasks.canPause'];
    assert.ok(onTasks.length > 5);
    for (const command of onTasks)
      assert.ok(
        hidden.some(({ command: each, when = '' }) => each === command && keys.includes(when)),
        command,
      );
  });

  it('that take one task are hidden from the menu of several, and comparing from that of three', () => {
    const entries = manifest().contributes.menus['view/item/context'] ?? [];
    const whenOf = (name: string) =>
      entries.find(({ command }) => command === `browserUseTasks.${name}`)?.when ?? '';
    assert.match(whenOf('exportTask'), /!listMultiSelection/u);
    assert.match(whenOf('copySnippet'), /!listMultiSelection/u);
    assert.match(whenOf('compareTasks'), /!listMultiSelection .*listDoubleSelection/u);
  });
});
