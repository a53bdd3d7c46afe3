import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { inspect } from 'node:util';
import { env, extensions, Uri, window, workspace } from 'vscode';
import { wholeTitle } from '../../src/core/labels/taskRows';
import { rowDescription } from '../../src/core/labels/rowDescription';
import { readBaseUrl } from '../../src/core/cloud/baseUrl';
import type { TaskDetails, TaskRef } from '../../src/core/cloud/task';
import { openTaskFolder } from '../../src/platform/node';
import { taskItem } from '../../src/ui/tree/taskItem';
import { resolveTooltip } from '../../src/ui/tree/taskTree';
import { taskActions, type LinkKind } from '../../src/webview/protocol';
import { aTask } from '../fakes/aTask';
import { aDetails } from '../fakes/fakeCloud';
import { FakeClock } from '../fakes/fakeClock';
import { hostileFileNames, hostileKinds, hostileScript, hostileTexts } from '../fakes/hostileTasks';
import { never } from '../fakes/never';
import type { TaskScript } from '../simulator/taskScript';
import { activated, run } from './extensionUnderTest';
import { canaryKey, leaveSmallWorlds, smallWorld, type SmallWorld } from './smallWorld';
import { waitFor } from './waitFor';

// Each name begins with a line of the project's list of what is secure. What needs no editor is in test/unit/security.test.ts.
describe('security', function () {
  // Pages are slow to load in a busy machine.
  this.timeout(40_000);
  let world: SmallWorld;

  beforeEach(async () => {
    world = await smallWorld();
  });

  afterEach(() => world.end());
  after(leaveSmallWorlds);

  function addTask(script: Partial<TaskScript> = {}): TaskRef {
    const { id, apiVersion } = world.simulator.addTask({
      prompt: 'Find the price',
      steps: 2,
      createdAtMs: Date.now() - 60_000,
      files: [{ name: 'prices.csv', content: 'Oslo,42\n' }],
      ...script,
    });
    return { apiVersion, id };
  }

  const keyIn = (value: unknown): boolean =>
    /bu_canary|0123456789abcdef|cdefXYZ/u.test(
      inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity }),
    );

  describe('4: a canary key', () => {
    it('appears in no log, notice, state file, message to the webview or export', async () => {
      const ref = addTask({ isShared: true });
      const { sent, poll } = await world.openPanel(ref);
      world.saveAs('a.json');
      await world.act(ref, { type: 'act', action: 'exportJson' });
      world.saveAs('a.md');
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      // From now on the server tells back what it was told, in every way that fails.
      const detail = `The key ${canaryKey} is not welcome`;
      for (const status of [401, 403, 404, 422, 429, 500]) {
        world.simulator.faults.add({
          route: '*',
          times: 4,
          effect: { kind: 'answer', status, body: { detail } },
        });
        world.person.press = ({ buttons }) =>
          buttons.find((button) => button !== 'Open' && button !== 'Check Again');
        poll({ type: 'remedy', remedy: 'retry' });
        const details = aDetails(ref.id, {
          sessionId: 's',
          files: [{ id: 'f', name: 'f.txt' }],
          steps: [],
        });
        for (const action of taskActions.filter((action) => !action.startsWith('copy')))
          await world.act(ref, { type: 'act', action }, { details, task: details });
        await world.act(ref, { type: 'saveFile', index: 0 }, { details, task: details });
        await world.act(ref, { type: 'saveLog' }, { details, task: details });
        world.simulator.faults.clear();
      }
      const folder = openTaskFolder({
        root: path.join(world.folder, 'state'),
        origin: world.simulator.url,
        onSkipped: () => undefined,
      });
      for (const task of world.store.tasks()) await folder.save(task);
      assert.ok(world.logLines.length > 5);
      assert.ok(world.person.seen.length > 5);
      assert.ok(world.files().length >= 4);
      assert.equal(keyIn(world.logLines), false, 'log');
      assert.equal(keyIn(world.person.seen), false, 'notices');
      assert.equal(keyIn(world.person.details), false, 'dialogs');
      assert.equal(keyIn(world.person.progress), false, 'progress');
      assert.equal(keyIn(sent), false, 'messages to the page');
      for (const name of world.files()) assert.equal(keyIn(world.read(name)), false, name);
      assert.equal(keyIn(await env.clipboard.readText()), false, 'clipboard');
      assert.equal(keyIn(world.cloud), false, 'what speaks for the key');
    });

    it('would be found by this test', () => {
      assert.equal(keyIn({ deep: [new Error('x', { cause: { canaryKey } })] }), true);
    });
  });

  describe('5: presigned downloads', () => {
    it('go without a key header, by URLs that are asked for at the click', async () => {
      const ref = addTask();
      const details = await world.cloud.client('v2').getDetails(ref.id, never);
      world.simulator.counts.reset();
      for (const name of ['a', 'b']) {
        world.saveAs(name);
        await world.act(ref, { type: 'saveFile', index: 0 }, { details, task: details });
      }
      const seen = world.simulator.counts.seen.map(({ route, hasKeyHeader }) => [
        route.split('/')[1],
        hasKeyHeader,
      ]);
      const click = [
        ['api', true],
        ['presigned', false],
      ];
      assert.deepEqual(seen, [...click, ...click]);
    });

    it('leave their URLs in no file, message or log', async () => {
      const ref = addTask();
      const { sent } = await world.openPanel(ref);
      world.saveAs('a.md');
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      world.saveAs('a.json');
      await world.act(ref, { type: 'act', action: 'exportJson' });
      const state = openTaskFolder({
        root: path.join(world.folder, 'state'),
        origin: world.simulator.url,
        onSkipped: () => undefined,
      });
      for (const task of world.store.tasks()) await state.save(task);
      const texts = world.files().filter((name) => !name.endsWith('.png'));
      assert.ok(texts.length >= 3);
      for (const name of texts) assert.doesNotMatch(world.read(name), /X-Amz|presigned/u, name);
      const lines = inspect([sent, world.logLines, world.person.seen], { depth: Infinity });
      assert.doesNotMatch(lines, /X-Amz|presigned/u);
    });

    for (const location of ['file:///etc/passwd', 'https://evil.example/', '/elsewhere'])
      it(`follow no redirect: ${location}`, async () => {
        const ref = addTask();
        world.saveAs('a');
        world.simulator.faults.add({
          route: 'GET /presigned/tasks/{task_id}/files/{file_name}',
          effect: { kind: 'redirect', location },
        });
        await world.act(ref, { type: 'saveFile', index: 0 });
        assert.deepEqual(world.files(), []);
        assert.equal(world.simulator.counts.of('GET unknown'), 0);
      });
  });

  describe('6: file names from the API', () => {
    for (const name of hostileFileNames)
      it(`are offered in a save dialog, as a name in the folder of the moment: ${JSON.stringify(name.slice(0, 40))}`, async () => {
        const ref = addTask();
        const details = await world.cloud.client('v2').getDetails(ref.id, never);
        const [file] = details.files;
        assert.ok(file);
        const offered: Uri[] = [];
        world.person.saveTo = ({ defaultUri }) => {
          if (defaultUri) offered.push(defaultUri);
          return undefined;
        };
        const hostile = { ...details, files: [{ ...file, name }] };
        await world.act(ref, { type: 'saveFile', index: 0 }, { details: hostile });
        const [uri] = offered;
        assert.ok(uri, 'no dialog');
        const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(world.folder);
        assert.equal(path.posix.dirname(uri.path), folder.path);
        assert.notEqual(path.posix.basename(uri.path), '');
        assert.equal(uri.scheme, folder.scheme);
        assert.deepEqual(world.files(), []);
      });

    it('of a task’s ID name no other place either', async () => {
      const id = '../../../tmp/escaped';
      const details = aDetails(id, { status: 'finished', output: 'x' });
      const offered: string[] = [];
      world.person.saveTo = ({ defaultUri }) => {
        offered.push(path.posix.basename(defaultUri?.path ?? ''));
        return undefined;
      };
      for (const action of ['saveOutput', 'exportJson', 'exportMarkdown'] as const)
        await world.act(details, { type: 'act', action }, { details, task: details });
      assert.deepEqual(offered, ['escaped-output.txt', 'escaped.json', 'escaped.md']);
    });

    it('never end in a file without a dialog: each that is saved was asked for', async () => {
      let dialogs = 0;
      world.person.saveTo = () => {
        dialogs += 1;
        return undefined;
      };
      const ref = addTask({ output: 'x' });
      await world.act(ref, { type: 'saveFile', index: 0 });
      await world.act(ref, { type: 'saveLog' });
      for (const action of ['saveOutput', 'exportJson', 'exportMarkdown'] as const)
        await world.act(ref, { type: 'act', action });
      assert.equal(dialogs, 5);
      assert.deepEqual(world.files(), []);
    });
  });

  describe('7: the webview', () => {
    it('may load nothing but its own, with a fresh nonce for each page', async () => {
      const nonces = new Set<string>();
      for (const prompt of ['a', 'b']) {
        const { panel } = await world.openPanel(addTask({ prompt }));
        const { options, html } = panel.webview;
        assert.equal(options.enableCommandUris, false);
        assert.equal(options.enableForms, false);
        const { extensionUri } = extension();
        assert.deepEqual(
          options.localResourceRoots?.map((root) => root.toString()),
          ['dist', 'media'].map((name) => Uri.joinPath(extensionUri, name).toString()),
        );
        const policy = /content="([^"]*)"/u.exec(html)?.[1] ?? '';
        assert.match(policy, /^default-src 'none';/u);
        assert.doesNotMatch(policy, /unsafe| \*[ ;]|http:|data:|connect-src|frame-src/u);
        assert.match(policy, /script-src 'nonce-[^ ;]+'(?:;|$)/u);
        const nonce = /'nonce-([^']+)'/u.exec(policy)?.[1] ?? '';
        assert.ok(nonce.length >= 22);
        nonces.add(nonce);
        assert.match(html, /<body><\/body>/u);
        assert.equal(panel.options.retainContextWhenHidden ?? false, false);
      }
      assert.equal(nonces.size, 2);
    });

    it('is handed only what is a picture by its bytes, fetched by the extension', async () => {
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
      world.simulator.faults.add({
        route: 'GET /presigned/tasks/{task_id}/steps/{number}/screenshot.png',
        effect: {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'image/png' },
          body: svg,
        },
      });
      const { sent, poll } = await world.openPanel(addTask());
      poll({ type: 'picture', of: 'step', index: 0 });
      const answer = await waitFor('an answer', () =>
        sent.find((message) => message.type === 'picture' && message.ref.index === 0),
      );
      assert.ok(answer.type === 'picture');
      assert.equal(answer.picture, undefined);
    });

    it('asks nobody for pictures that a text names', async () => {
      const beacon = await startBeacon();
      try {
        const text = `![x](${beacon.url}/p.png) <img src="${beacon.url}/q.png"> ${beacon.url}/r`;
        const ref = addTask({ prompt: text, output: `# ${text}`, judgement: text });
        await world.openPanel(ref);
        world.saveAs('a.md');
        await world.act(ref, { type: 'act', action: 'exportMarkdown' });
        await world.act(ref, { type: 'openText', part: 'output', index: 0 });
        await new Promise((resolve) => setTimeout(resolve, 500));
        assert.deepEqual(beacon.requested, []);
      } finally {
        beacon.close();
      }
    });
  });

  describe('8: a message from the webview', () => {
    it('that is not in the protocol does nothing but leave a line in the log', async () => {
      const { deliver } = await world.openPanel(addTask());
      world.simulator.counts.reset();
      const before = world.logLines.length;
      const messages: readonly unknown[] = [
        ...Object.values(hostileTexts),
        undefined,
        null,
        { type: 'openLink', url: 'https://evil.example' },
        { type: 'openLink', link: 'live', index: 0, url: 'https://evil.example' },
        { type: 'openLink', link: 'https://evil.example', index: 0 },
        { type: 'act', action: 'exportJson', path: '/etc/passwd' },
        { type: 'act', action: 'untrackTask' },
        { type: 'saveFile', index: 0, target: '/etc/passwd' },
        { type: 'command', command: 'workbench.action.quit' },
        { type: 'remedy', remedy: 'workbench.action.quit' },
        JSON.parse('{"__proto__":{"type":"saveLog"}}'),
      ];
      for (const message of messages) deliver(message);
      assert.equal(world.logLines.length - before, messages.length);
      assert.ok(world.logLines.slice(before).every((line) => /not in the protocol/u.test(line)));
      assert.deepEqual([world.person.seen, world.person.opened, world.files()], [[], [], []]);
      assert.equal(world.simulator.counts.total, 0);
    });

    it('that names a position which is not there opens and saves nothing', async () => {
      const { poll } = await world.openPanel(addTask());
      for (const index of [7, 4_000_000, Number.MAX_SAFE_INTEGER]) {
        for (const link of ['stepUrl', 'output'] as const) poll({ type: 'openLink', link, index });
        poll({ type: 'openText', part: 'step', index });
        poll({ type: 'saveFile', index });
      }
      await waitFor('all answers', () => world.person.seen.length === 12);
      assert.deepEqual([world.person.opened, world.files()], [[], []]);
      assert.ok(world.person.seen.every(({ severity }) => severity === 'warning'));
    });
  });

  describe('9: links', () => {
    const noLinks = [
      'command:workbench.action.quit',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'vscode://file/etc/passwd',
      'https://user:secret@example.com/',
      'https://',
      'no link',
    ];
    const open = async (url: string, kind: LinkKind): Promise<readonly string[]> => {
      world.person.opened.length = 0;
      const details: TaskDetails = aDetails('a', {
        output: url,
        steps: [{ number: 1, goal: '', evaluation: '', memory: '', url, actions: [] }],
        session: { liveUrl: url, recordingUrls: [url], publicShareUrl: url },
      });
      await world.act(
        details,
        { type: 'openLink', link: kind, index: 0 },
        { details, task: details },
      );
      return world.person.opened;
    };

    for (const kind of ['live', 'recording', 'share', 'stepUrl', 'output'] as const)
      it(`open only to http and https without user-info, outside: ${kind}`, async () => {
        assert.deepEqual(await open('https://example.com/a?b=%2F#c', kind), [
          'https://example.com/a?b=%2F#c',
        ]);
        for (const url of noLinks) assert.deepEqual(await open(url, kind), [], `${kind} ${url}`);
      });

    it('are copied only where they would be opened', async () => {
      for (const url of noLinks) {
        await env.clipboard.writeText('before');
        const details = aDetails('a', { session: { recordingUrls: [], publicShareUrl: url } });
        const copy = { type: 'copy', what: 'shareLink' } as const;
        await world.act(details, copy, { details, task: details });
        assert.equal(await env.clipboard.readText(), 'before', url);
      }
    });
  });

  describe('10: rows, tooltips and titles', () => {
    for (const kind of hostileKinds)
      it(`are plain text in one line, without control or bidirectional characters: ${kind}`, () => {
        const text = hostileTexts[kind];
        const task = aTask({
          prompt: text,
          rawStatus: text,
          model: text,
          cost: text,
          output: text,
        });
        world.store.replaceAll([task]);
        const poller = { state: { activeCount: 1, isPolling: false, pauses: [] } };
        const settings = { baseUrl: readBaseUrl('') };
        const tooltip = resolveTooltip(task, {
          tasks: world.store,
          settings: settings as Parameters<typeof resolveTooltip>[1]['settings'],
          clock: new FakeClock(),
          poller,
        });
        const title = wholeTitle(task);
        const item = taskItem(task, {
          element: task,
          label: title.label,
          description: rowDescription(task, { now: 0, showsVersion: true, title }),
          showsVersion: true,
          animateRunning: false,
          hasDashboard: true,
          now: 0,
        });
        assert.equal(typeof tooltip, 'string');
        const shown = [
          item.label,
          item.description,
          item.accessibilityInformation?.label,
          ...(tooltip ?? '').split('\n'),
        ];
        for (const line of shown) {
          assert.ok(typeof line === 'string');
          assert.doesNotMatch(line, /[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/u);
        }
      });

    it('of a panel neither', async () => {
      for (const kind of ['bidi', 'ansi', 'markup'] as const) {
        const { panel } = await world.openPanel(addTask(hostileScript(kind)));
        assert.doesNotMatch(panel.title, /[\p{Cc}\p{Cf}]/u);
        assert.ok(panel.title.length <= 40);
      }
    });
  });

  describe('11: the key', () => {
    it('is no argument of a command: what is handed over is not taken', async () => {
      await activated();
      for (const name of ['setApiKey', 'removeApiKey']) {
        await run(name, canaryKey);
        await run(name, { key: canaryKey });
      }
      assert.equal(world.person.seen.filter(({ text }) => /stored/u.test(text)).length, 0);
      assert.equal(world.simulator.counts.total, 0, 'tried a key that nobody typed');
    });

    it('is no result of a command, and no part of what other extensions get', async () => {
      const api = await activated();
      world.person.texts = [canaryKey];
      await run('setApiKey');
      const results: unknown[] = [];
      const names = (extension().packageJSON as Contributions).contributes.commands.map(
        ({ command }) => command.replace('browserUseTasks.', ''),
      );
      for (const name of names) results.push(await run(name));
      world.person.press = () => 'Remove';
      await run('removeApiKey');
      assert.deepEqual(new Set(results), new Set([undefined]));
      assert.equal(keyIn(api), false);
      assert.equal(keyIn(extension().exports), false);
    });

    it('is no setting', () => {
      const { contributes } = extension().packageJSON as Contributions;
      for (const name of Object.keys(contributes.configuration.properties))
        assert.doesNotMatch(name, /key|token|secret/iu);
      assert.equal(keyIn(workspace.getConfiguration('browserUseTasks')), false);
    });
  });

  describe('12: answers beyond the caps', () => {
    it('become an error message, and the panel keeps what was known', async () => {
      const ref = addTask({ prompt: 'Known before' });
      const { sent, poll } = await world.openPanel(ref);
      for (const effect of [
        { kind: 'answer', status: 200, body: '['.repeat(500_000) },
        { kind: 'answer', status: 200, body: `{"a":${'['.repeat(100)}${']'.repeat(100)}}` },
        { kind: 'gzipBomb', expandedBytes: 100 * 1024 * 1024 },
      ] as const) {
        world.simulator.faults.add({ route: 'GET /api/v2/tasks/{task_id}', times: 1, effect });
        sent.length = 0;
        poll({ type: 'remedy', remedy: 'retry' });
        const view = await waitFor(
          'trouble',
          () =>
            sent.flatMap((message) =>
              message.type === 'view' && message.view.trouble ? [message.view] : [],
            )[0],
        );
        assert.equal(view.task.prompt?.text, 'Known before');
        assert.match(view.trouble?.text ?? '', /\.$/u);
      }
    });
  });

  describe('a hostile task', () => {
    for (const kind of hostileKinds)
      it(`is shown, exported and compared without a request or a file but those meant: ${kind}`, async () => {
        const ref = addTask({ ...hostileScript(kind), files: [] });
        const { sent } = await world.openPanel(ref);
        assert.ok(sent.length > 0);
        for (const [action, name] of [
          ['exportMarkdown', 'a.md'],
          ['exportJson', 'a.json'],
          ['saveOutput', 'output'],
        ] as const) {
          world.saveAs(name);
          await world.act(ref, { type: 'act', action });
        }
        await world.act(ref, { type: 'openText', part: 'output', index: 0 });
        assert.deepEqual(
          world.files().filter((name) => !name.endsWith('.png')),
          ['a.json', 'a.md', 'output'],
        );
        assert.deepEqual(world.person.opened, []);
        const routes = new Set(world.simulator.counts.seen.map(({ route }) => route));
        for (const route of routes)
          assert.match(
            route,
            /^GET \/(api\/v2\/(tasks|sessions)\/\{\w+\}|presigned\/tasks\/\{task_id\}\/steps\/.+)$/u,
          );
        assert.equal(({} as { polluted?: unknown }).polluted, undefined);
        assert.ok(!('hacked' in globalThis));
        const editor = window.activeTextEditor;
        if (kind === 'schema' || kind.endsWith('Link'))
          assert.equal(editor?.document.languageId, 'plaintext');
      });
  });
});

interface Contributions {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

function extension() {
  const found = extensions.getExtension('browser-use-tasks.browser-use-tasks');
  assert.ok(found);
  return found;
}

interface Beacon {
  readonly url: string;
  readonly requested: readonly string[];
  close(): void;
}

/** A server that a tracking picture would reach. */
async function startBeacon(): Promise<Beacon> {
  const requested: string[] = [];
  const server: Server = createServer((request, response) => {
    requested.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requested,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
