import assert from 'node:assert/strict';
import {
  commands,
  type MarkdownString,
  Position,
  Uri,
  window,
  workspace,
  type Hover,
  type TerminalLink,
  type TerminalLinkProvider,
} from 'vscode';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { trackTasks } from '../../src/core/tracking/taskTracking';
import { systemClock } from '../../src/platform/systemClock';
import { registerLinks, type Features } from '../../src/ui/lazyFeatures';
import { taskLinks } from '../../src/ui/links/taskLinks';
import { Log } from '../../src/ui/log';
import { Settings } from '../../src/ui/settings';
import type { BrowserUseTasks } from '../../src/publicApi';
import { fakeSession, serverAt } from '../fakes/fakeAccount';
import { FakeCloud } from '../fakes/fakeCloud';
import { never } from '../fakes/never';
import { activated, run } from './extensionUnderTest';
import { Person } from './person';

const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const other = '11111111-5717-4562-b3fc-2c963f66afa6';

describe('tasks that texts of others name', () => {
  const cleanups: (() => void)[] = [];
  let person: Person;
  let store: TaskStore;
  let commandsRun: unknown[][];
  let links: ReturnType<typeof taskLinks>;

  beforeEach(() => {
    person = new Person();
    store = new TaskStore();
    commandsRun = [];
    const session = fakeSession(serverAt('https://cloud.example'));
    const settings = new Settings();
    const log = new Log('Browser Use Tasks of a test');
    const cloud = new FakeCloud(() => 0);
    cloud.set(id, 'running');
    cloud.set(other, 'running');
    links = taskLinks({
      clock: systemClock,
      tasks: store,
      settings,
      log,
      account: { requireSession: () => session },
      view: { reveal: () => Promise.resolve() },
      runCommand: (...command) => {
        commandsRun.push(command);
        return Promise.resolve();
      },
      tracker: {
        track: (input) =>
          trackTasks(input, {
            store,
            connect: () => Promise.resolve(cloud),
            clock: systemClock,
            isOfficial: true,
            signal: never,
          }),
      },
    });
    cleanups.push(
      () => person.end(),
      () => session.dispose(),
      () => settings.dispose(),
      () => log.dispose(),
    );
  });

  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  describe('in a terminal', () => {
    it('are links, which track and open; no other line loads anything', async () => {
      let provider: TerminalLinkProvider | undefined;
      let loads = 0;
      const { registerTerminalLinkProvider, registerUriHandler } = window;
      Object.assign(window, {
        registerTerminalLinkProvider: (given: typeof provider) => {
          provider = given;
          return { dispose: () => undefined };
        },
        registerUriHandler: () => ({ dispose: () => undefined }),
      });
      const features = { links } as unknown as Features;
      const registered = registerLinks({
        get: () => {
          loads++;
          return Promise.resolve(features);
        },
      });
      Object.assign(window, { registerTerminalLinkProvider, registerUriHandler });
      cleanups.push(() => registered.dispose());
      assert.ok(provider);
      const linksIn = async (line: string): Promise<TerminalLink[]> =>
        (await provider?.provideTerminalLinks(
          { line, terminal: undefined as never },
          undefined as never,
        )) ?? [];
      for (let line = 0; line < 1000; line++)
        assert.deepEqual(await linksIn(`12:00:01 npm warn deprecated a-b-${line}`), []);
      assert.equal(loads, 0);
      const [link, ...more] = await linksIn(`started run ${id} for user ${other}`);
      assert.ok(link);
      assert.deepEqual(more, []);
      assert.deepEqual([link.startIndex, link.length], ['started run '.length, id.length]);
      await provider.handleTerminalLink(link);
      assert.deepEqual(commandsRun, [['trackTask', [id, 'openDetails']]]);
    });
  });

  describe('in an editor', () => {
    let api: BrowserUseTasks;

    before(async () => {
      api = await activated();
    });

    async function hoverAt(text: string, at = text.indexOf(id)): Promise<MarkdownString[]> {
      const document = await workspace.openTextDocument({ content: text });
      const hovers = await commands.executeCommand<Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        new Position(0, at),
      );
      return hovers.flatMap(({ contents }) => contents as MarkdownString[]);
    }

    it('have a hover where the line calls them tasks, and none elsewhere', async () => {
      const [about, link, ...more] = await hoverAt(`const taskId = '${id}';`);
      assert.deepEqual(more, []);
      assert.match(about?.value ?? '', /^Browser&nbsp;Use&nbsp;task/u);
      assert.equal(Boolean(about?.isTrusted), false);
      assert.match(
        link?.value ?? '',
        /^\[Track and Open Details\]\(command:browserUseTasks\.trackTask\?%5B%22/u,
      );
      assert.deepEqual(link?.isTrusted, { enabledCommands: ['browserUseTasks.trackTask'] });
      for (const text of [`key: ${id}`, `id: ${id}`, `https://example.com/${id}`, 'nothing at all'])
        assert.deepEqual(await hoverAt(text, Math.max(0, text.indexOf(id))), [], text);
      assert.deepEqual(await hoverAt(`task ${id}`, 1), [], 'the word before it');
    });

    it('say how a task is doing that is tracked, wherever its ID stands', async () => {
      await api.track(`v2/${id}`);
      try {
        const [about, link] = await hoverAt(`"${id}"`);
        assert.match(about?.value ?? '', /Not&nbsp;checked&nbsp;yet/u);
        const args = encodeURIComponent(JSON.stringify([{ apiVersion: 'v2', id }]));
        assert.ok(
          link?.value.includes(`[Open Details](command:browserUseTasks.openDetails?${args})`),
        );
      } finally {
        await run('untrackTask', id);
      }
    });

    it('cannot have a hover say more than text', () => {
      store.replaceAll([
        {
          apiVersion: 'v2',
          id,
          status: 'running',
          rawStatus: 'started',
          prompt:
            '[x](command:workbench.action.quit) <b>$(trash)</b> ![p](https://evil.example) <command:browserUseTasks.trackTask#>',
          trackedAt: 0,
          isMissing: false,
          isUnseen: false,
        },
      ]);
      const document = {
        lineAt: () => ({ text: `${'x '.repeat(5000)}${id}) [y](command:z) ${'x '.repeat(5000)}` }),
      };
      const hover = links.hover(document as never, new Position(0, 10_005));
      const [text, link] = (hover?.contents ?? []) as MarkdownString[];
      assert.match(text?.value ?? '', /command/u);
      assert.doesNotMatch(text?.value ?? '', /(?<!\\)\]\(/u);
      assert.equal(text?.isTrusted, undefined, 'no link in it runs a command');
      assert.match(link?.value ?? '', /^\[Open Details\]\([^()\s]*\)$/u);
      assert.equal(hover?.range?.start.character, 10_000);
    });
  });

  describe('in a URI', () => {
    const uri = (query: string, path = '/track'): Uri =>
      Uri.from({ scheme: 'vscode', authority: 'browser-use-tasks.browser-use-tasks', path, query });

    it('are tracked after one question that says what will happen, a thousand as one', async () => {
      const ids = Array.from({ length: 1000 }, (_, at) => `v2/${id.slice(0, -4)}${1000 + at}`);
      await links.openUri(uri(`id=${ids.join(',')}`));
      assert.equal(store.tasks().length, 0, 'nothing without an answer');
      const [question] = person.seen;
      assert.equal(question?.text, 'Track 1,000 tasks of cloud.example?');
      assert.ok(question.isModal);
      assert.match(person.details[0] ?? '', /A link asks for this\. .* cloud\.example.*995 more/su);
      person.press = () => 'Track';
      await links.openUri(uri(`id=${ids.join(',')}`));
      assert.equal(store.tasks().length, 1000);
    });

    it('ask one question at a time', async () => {
      let answer: (button: string | undefined) => void = () => undefined;
      person.press = () =>
        new Promise((resolve) => {
          answer = resolve;
        }) as never;
      const first = links.openUri(uri(`id=${id}`));
      for (let more = 0; more < 50; more++) await links.openUri(uri(`id=${other}`));
      assert.equal(person.seen.length, 1);
      answer(undefined);
      await first;
      assert.equal(store.tasks().length, 0);
    });

    it('are refused with anything else, in words that repeat nothing of it', async () => {
      for (const each of [
        uri(`id=${id}`, '/runTask'),
        uri(`id=${id}&confirm=false`),
        uri('id=%5Bx%5D(command:workbench.action.quit)'),
        uri(''),
      ])
        await links.openUri(each);
      assert.equal(person.seen.length, 4);
      for (const { text, isModal } of person.seen) {
        assert.match(text, /^This link was not followed\. It .*\.$/u);
        assert.doesNotMatch(text, /command|quit/u);
        assert.ok(!isModal);
      }
      assert.equal(store.tasks().length, 0);
    });
  });
});
