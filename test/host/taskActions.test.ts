import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { env } from 'vscode';
import type { TaskRef } from '../../src/core/cloud/task';
import type { ToPage } from '../../src/webview/protocol';
import type { FaultEffect } from '../simulator/faults';
import type { TaskScript } from '../simulator/taskScript';
import { canaryKey, leaveSmallWorlds, smallWorld, type SmallWorld } from './smallWorld';
import { waitFor } from './waitFor';
import { never } from '../fakes/never';

const shareRoute = '/api/v2/sessions/{session_id}/public-share';
const fileRoute = 'GET /presigned/tasks/{task_id}/files/{file_name}';
const screenshotRoute = 'GET /presigned/tasks/{task_id}/steps/{number}/screenshot.png';

describe('what can be done with a task', () => {
  let world: SmallWorld;

  beforeEach(async () => {
    world = await smallWorld();
  });

  afterEach(() => world.end());
  after(leaveSmallWorlds);

  function addTask(script: Partial<TaskScript> = {}): TaskRef {
    const { id, apiVersion } = world.simulator.addTask({
      prompt: 'Find the price',
      steps: 3,
      createdAtMs: Date.now() - 60_000,
      output: '{"price": 42}',
      files: [{ name: 'prices.csv', content: 'Oslo,42\n' }],
      ...script,
    });
    return { apiVersion, id };
  }

  const wasShown = (pattern: RegExp): boolean =>
    world.person.seen.some(({ text }) => pattern.test(text));

  describe('saving a file', () => {
    it('asks where to, fetches it by a fresh link and says how far it is', async () => {
      const ref = addTask();
      world.saveAs('mine.csv');
      const offered: string[] = [];
      const { saveTo } = world.person;
      world.person.saveTo = (options) => {
        offered.push(options.defaultUri?.path ?? '');
        return saveTo(options);
      };
      await world.act(ref, { type: 'saveFile', index: 0 });
      assert.deepEqual(world.files(), ['mine.csv']);
      assert.equal(world.read('mine.csv'), 'Oslo,42\n');
      assert.match(offered[0] ?? '', /\/prices\.csv$/u);
      assert.deepEqual(world.person.progress, [
        'Saving prices.csv…',
        '0 KB of 1 KB',
        '1 KB of 1 KB',
      ]);
      assert.ok(wasShown(/^Saved mine\.csv\.$/u));
    });

    it('asks for another link each time', async () => {
      const ref = addTask();
      for (const name of ['a.csv', 'b.csv']) {
        world.saveAs(name);
        await world.act(ref, { type: 'saveFile', index: 0 });
      }
      const route = 'GET /api/v2/files/tasks/{task_id}/output-files/{file_id}';
      assert.equal(world.simulator.counts.of(route), 2);
    });

    it('asks nobody for anything where no place is chosen', async () => {
      const ref = addTask();
      await world.act(ref, { type: 'saveFile', index: 0 });
      assert.equal(world.simulator.counts.of(fileRoute), 0);
      assert.deepEqual(world.person.seen, []);
    });

    it('stops in mid-stream when it is cancelled, and leaves what was there before', async () => {
      const ref = addTask({ files: [{ name: 'big.bin', content: new Uint8Array(3_000_000) }] });
      writeFileSync(path.join(world.folder, 'big.bin'), 'before');
      world.saveAs('big.bin');
      world.simulator.faults.add({
        route: fileRoute,
        effect: { kind: 'stall', afterBytes: 500_000 },
      });
      world.person.cancelAt = (text) => /^[1-9]\d* KB of 3 MB$/u.test(text);
      await world.act(ref, { type: 'saveFile', index: 0 });
      await waitFor('the connection to be let go', () => world.simulator.counts.concurrent === 0);
      assert.deepEqual(world.files(), ['big.bin']);
      assert.equal(world.read('big.bin'), 'before');
      assert.deepEqual(world.person.seen, []);
    });

    const failures: readonly (readonly [string, FaultEffect, RegExp])[] = [
      ['breaks off', { kind: 'reset', afterBytes: 3 }, /./u],
      ['is gone', { kind: 'answer', status: 404 }, /does not hand over/u],
      ['points elsewhere', { kind: 'redirect', location: 'https://evil.example/' }, /./u],
    ];
    for (const [what, effect, text] of failures)
      it(`says so and leaves what was there before when it ${what}`, async () => {
        const ref = addTask();
        writeFileSync(path.join(world.folder, 'prices.csv'), 'before');
        world.saveAs('prices.csv');
        world.simulator.faults.add({ route: fileRoute, effect });
        await world.act(ref, { type: 'saveFile', index: 0 });
        assert.deepEqual(world.files(), ['prices.csv']);
        assert.equal(world.read('prices.csv'), 'before');
        assert.ok(wasShown(text), JSON.stringify(world.person.seen));
        assert.ok(!wasShown(/^Saved/u));
      });

    it('says that a place cannot be written to', async () => {
      const ref = addTask();
      mkdirSync(path.join(world.folder, 'prices.csv'));
      world.saveAs('prices.csv');
      await world.act(ref, { type: 'saveFile', index: 0 });
      assert.ok(wasShown(/cannot be written there/u), JSON.stringify(world.person.seen));
      assert.deepEqual(world.files(), []);
      assert.ok(existsSync(path.join(world.folder, 'prices.csv')));
    });

    it('saves the log, where the API version has one', async () => {
      const ref = addTask();
      world.saveAs('task.log');
      await world.act(ref, { type: 'saveLog' });
      assert.ok(world.read('task.log').length > 0);
      await world.act(addTask({ apiVersion: 'v1' }), { type: 'saveLog' });
      assert.ok(wasShown(/has no logs/u));
    });
  });

  describe('saving the output', () => {
    const outputs: readonly (readonly [string, string])[] = [
      ['{"price": 42}', 'json'],
      ['# Prices\n\n- Oslo: 42\n', 'md'],
      ['forty-two', 'txt'],
    ];
    for (const [output, ending] of outputs)
      it(`offers a name that ends in .${ending}, and saves it as it came`, async () => {
        const ref = addTask({ output });
        let offered = '';
        world.saveAs('output');
        const { saveTo } = world.person;
        world.person.saveTo = (options) => {
          offered = options.defaultUri?.path ?? '';
          return saveTo(options);
        };
        await world.act(ref, { type: 'act', action: 'saveOutput' });
        assert.ok(offered.endsWith(`/task-${ref.id}-output.${ending}`), offered);
        assert.equal(world.read('output'), output);
      });

    it('says so where there is none', async () => {
      await world.act(addTask({ end: 'never' }), { type: 'act', action: 'saveOutput' });
      assert.ok(wasShown(/no output/u));
    });
  });

  describe('sharing', () => {
    it('makes nothing public before the person has agreed to what becomes visible to whom', async () => {
      const ref = addTask();
      await world.act(ref, { type: 'act', action: 'share' });
      assert.equal(world.simulator.counts.of(`POST ${shareRoute}`), 0);
      const [requested] = world.person.seen;
      assert.equal(requested?.isModal, true);
      assert.match(requested.text, /in public\?$/u);
      assert.match(
        world.person.details[0] ?? '',
        /Anyone who has the link.+screenshots.+recording/su,
      );
    });

    it('makes it public, reads the details again and hands over the link', async () => {
      const ref = addTask();
      let readings = 0;
      world.person.press = ({ buttons }) =>
        buttons.find((button) => button === 'Share Publicly' || button === 'Copy Link');
      await world.act(ref, { type: 'act', action: 'share' }, { reread: () => count() });
      const link = await env.clipboard.readText();
      assert.ok(link.startsWith(`${world.simulator.url}/share/`), link);
      assert.equal(readings, 1);
      const { session } = await world.cloud.client('v2').getDetails(ref.id, never);
      assert.equal(session?.publicShareUrl, link);
      function count(): Promise<void> {
        readings += 1;
        return Promise.resolve();
      }
    });

    it('offers the link of what is public already, and asks nothing', async () => {
      const ref = addTask({ isShared: true });
      world.person.press = ({ buttons }) => buttons.find((button) => button === 'Open Link');
      await world.act(ref, { type: 'act', action: 'share' });
      assert.equal(world.simulator.counts.of(`POST ${shareRoute}`), 0);
      assert.equal(world.person.seen.length, 1);
      assert.match(world.person.opened[0] ?? '', /\/share\//u);
    });

    it('puts the link on the clipboard where the page asks for it, and says so', async () => {
      const ref = addTask({ isShared: true });
      const copied: string[] = [];
      const onCopied = (what: string): void => void copied.push(what);
      await world.act(ref, { type: 'copy', what: 'shareLink' }, { onCopied });
      const link = await env.clipboard.readText();
      const { session } = await world.cloud.client('v2').getDetails(ref.id, never);
      assert.equal(link, session?.publicShareUrl);
      assert.deepEqual([copied, world.person.seen], [['shareLink'], []]);
    });

    it('copies no link of a session that is not shared', async () => {
      await env.clipboard.writeText('before');
      await world.act(addTask(), { type: 'copy', what: 'shareLink' });
      assert.equal(await env.clipboard.readText(), 'before');
      assert.ok(wasShown(/not known any more/u), JSON.stringify(world.person.seen));
    });

    it('is taken back only after a confirmation', async () => {
      const ref = addTask({ isShared: true });
      await world.act(ref, { type: 'act', action: 'unshare' });
      assert.equal(world.simulator.counts.of(`DELETE ${shareRoute}`), 0);
      assert.equal(world.person.seen[0]?.isModal, true);
      assert.match(world.person.details[0] ?? '', /opened 0 times/u);
      world.person.press = () => 'Remove Link';
      await world.act(ref, { type: 'act', action: 'unshare' });
      assert.equal(world.simulator.counts.of(`DELETE ${shareRoute}`), 1);
      const { session } = await world.cloud.client('v2').getDetails(ref.id, never);
      assert.equal(session?.publicShareUrl, undefined);
      assert.ok(wasShown(/no longer public/u));
    });

    it('is not taken back from a session that is not shared', async () => {
      await world.act(addTask(), { type: 'act', action: 'unshare' });
      assert.deepEqual(
        world.person.seen.map(({ text, isModal }) => [text, isModal]),
        [['This session is not shared.', false]],
      );
    });

    it('is nothing that v1 has', async () => {
      await world.act(addTask({ apiVersion: 'v1' }), { type: 'act', action: 'share' });
      assert.ok(wasShown(/API v1 cannot share/u));
    });

    describe('whose answer is lost', () => {
      const posts = (): number => world.simulator.counts.of(`POST ${shareRoute}`);
      const deletes = (): number => world.simulator.counts.of(`DELETE ${shareRoute}`);
      const lose = (method: 'POST' | 'DELETE'): void =>
        void world.simulator.faults.add({
          route: `${method} ${shareRoute}`,
          effect: { kind: 'reset' },
        });

      it('is sent once, checked, and said to be public', async () => {
        lose('POST');
        world.person.press = ({ buttons }) => buttons.find((each) => each === 'Share Publicly');
        await world.act(addTask(), { type: 'act', action: 'share' });
        assert.ok(wasShown(/is public now/u), JSON.stringify(world.person.seen));
        assert.equal(posts(), 1);
      });

      it('may be public where the cloud cannot be checked either, until it can', async () => {
        lose('POST');
        world.simulator.faults.add({
          route: `GET ${shareRoute}`,
          times: 3,
          effect: { kind: 'reset' },
        });
        world.person.press = ({ buttons }) =>
          buttons.find((each) => each === 'Share Publicly' || each === 'Check Again');
        await world.act(addTask(), { type: 'act', action: 'share' });
        assert.ok(wasShown(/may be public/u), JSON.stringify(world.person.seen));
        assert.ok(wasShown(/is public now/u), JSON.stringify(world.person.seen));
        assert.equal(posts(), 1);
      }).timeout(30_000);

      it('is not public where the cloud says so, and the failure is told', async () => {
        world.simulator.faults.add({
          route: `POST ${shareRoute}`,
          effect: { kind: 'reset' },
        });
        world.simulator.faults.add({
          route: `GET ${shareRoute}`,
          effect: { kind: 'answer', status: 404, body: { detail: 'Public share not found' } },
        });
        world.person.press = () => 'Share Publicly';
        await world.act(addTask(), { type: 'act', action: 'share' });
        assert.ok(wasShown(/cannot be reached/u), JSON.stringify(world.person.seen));
        assert.equal(posts(), 1);
      }).timeout(30_000);

      it('is not public where the request never left, which is no loss', async () => {
        world.person.press = () => 'Share Publicly';
        const ref = addTask();
        const details = await world.cloud.client('v2').getDetails(ref.id, never);
        await world.simulator.close();
        // The connection that was kept is gone for the next request, too.
        await assert.rejects(world.cloud.client('v2').getStatus(ref.id, never));
        await world.act(ref, { type: 'act', action: 'share' }, { details });
        assert.ok(wasShown(/cannot be reached/u), JSON.stringify(world.person.seen));
        assert.ok(!wasShown(/may be public/u), JSON.stringify(world.person.seen));
      });

      it('goes on where nobody waits for it any more', async () => {
        const closed = new AbortController();
        world.person.press = ({ buttons }) => {
          const pressed = buttons.find((each) => each === 'Share Publicly');
          // The panel is closed while the request is under way.
          if (pressed !== undefined) setTimeout(() => closed.abort(), 20);
          return pressed;
        };
        world.simulator.faults.add({ route: `POST ${shareRoute}`, delayMs: 200 });
        await world.act(addTask(), { type: 'act', action: 'share' }, { signal: closed.signal });
        assert.ok(closed.signal.aborted);
        assert.ok(wasShown(/is public now/u), JSON.stringify(world.person.seen));
      });

      it('takes the page away once, and may still be public where nobody can tell', async () => {
        lose('DELETE');
        const ref = addTask({ isShared: true });
        world.person.press = () => 'Remove Link';
        await world.act(ref, { type: 'act', action: 'unshare' });
        assert.ok(wasShown(/no longer public/u), JSON.stringify(world.person.seen));
        assert.equal(deletes(), 1);
        const other = addTask({ isShared: true });
        world.simulator.faults.add({
          route: `GET ${shareRoute}`,
          skip: 1,
          effect: { kind: 'reset' },
        });
        await world.act(other, { type: 'act', action: 'unshare' });
        assert.ok(wasShown(/may still be public/u), JSON.stringify(world.person.seen));
        assert.equal(deletes(), 2);
      }).timeout(30_000);
    });
  });

  describe('in the panel of a task', () => {
    const statusesSent = (sent: readonly ToPage[]): readonly string[] =>
      sent.flatMap((message) => (message.type === 'view' ? [message.view.task.status] : []));

    it('opens its page in the cloud, in its region, also when it is tracked no more', async () => {
      const ref = addTask();
      const { poll } = await world.openPanel(ref);
      const { sessionId } = await world.cloud.client('v2').getDetails(ref.id, never);
      assert.notEqual(sessionId, undefined);
      world.store.untrack([ref]);
      poll({ type: 'openLink', link: 'dashboard', index: 0 });
      await waitFor('a message', () => world.person.seen.length > 0);
      assert.deepEqual(world.person.opened, [], 'this server has no dashboard');
      for (const region of ['', 'eu.'])
        await world.act(
          ref,
          { type: 'openLink', link: 'dashboard', index: 0 },
          { baseUrl: `https://api.${region}browser-use.com/prefix` },
        );
      assert.deepEqual(world.person.opened, [
        `https://cloud.browser-use.com/agent/${sessionId}`,
        `https://cloud.eu.browser-use.com/agent/${sessionId}`,
      ]);
    });

    it('shows the status of its row where that is newer, and never goes back', async () => {
      const ref = addTask({ createdAtMs: Date.now(), steps: 100 });
      const { sent } = await world.openPanel(ref);
      assert.equal(statusesSent(sent).at(-1), 'running');
      const requested = (): number => world.simulator.counts.of('GET /api/v2/tasks/{task_id}');
      const before = requested();
      // As a poll in any window finds it; this cloud goes on to say that it runs, as a slow replica does.
      const update = { status: 'finished', rawStatus: 'finished' } as const;
      world.store.applyUpdate(ref, update, Date.now(), false);
      await waitFor('the page to be told', () => statusesSent(sent).at(-1) === 'finished');
      await waitFor('another reading', () => requested() > before + 1);
      assert.equal(statusesSent(sent).at(-1), 'finished');
      assert.equal(world.store.get(ref)?.status, 'finished');
    });
  });

  describe('exporting', () => {
    it('writes JSON where the person says, and nothing else', async () => {
      const ref = addTask();
      world.saveAs('story.json');
      await world.act(ref, { type: 'act', action: 'exportJson' });
      assert.deepEqual(world.files(), ['story.json']);
      const read = JSON.parse(world.read('story.json')) as Record<string, unknown>;
      assert.equal(read['id'], ref.id);
      assert.equal((read['steps'] as unknown[]).length, 3);
      assert.doesNotMatch(world.read('story.json'), /presigned|signature|127\.0\.0\.1/iu);
      assert.ok(
        wasShown(/^Exported the task to story\.json\.$/u),
        JSON.stringify(world.person.seen),
      );
    });

    it('says that steps could not be read', async () => {
      const ref = addTask({ apiVersion: 'v4' });
      const body = { detail: 'Not with this plan' };
      world.simulator.faults.add({
        route: 'GET /api/v4/runs/{run_id}/events',
        effect: { kind: 'answer', status: 403, body },
      });
      world.saveAs('story.json');
      await world.act(ref, { type: 'act', action: 'exportJson' });
      assert.match(world.read('story.json'), /"steps": "the server says/u);
      assert.ok(wasShown(/story\.json\. Its steps could not be read\.$/u));
    });

    it('writes Markdown with the screenshots in a folder beside it', async () => {
      const ref = addTask();
      world.saveAs('story.md');
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      assert.deepEqual(world.files(), [
        'story-images/step-001.png',
        'story-images/step-002.png',
        'story-images/step-003.png',
        'story.md',
      ]);
      const text = world.read('story.md');
      assert.match(text, /!\[Screenshot of step 2\]\(story-images\/step-002\.png\)/u);
      assert.doesNotMatch(text, /presigned|signature|127\.0\.0\.1/iu);
      assert.ok(world.person.progress.includes('Screenshot 3 of 3'));
    });

    it('overwrites no picture: another export has another folder', async () => {
      const ref = addTask();
      mkdirSync(path.join(world.folder, 'story-images'));
      writeFileSync(path.join(world.folder, 'story-images', 'step-001.png'), 'mine');
      world.saveAs('story.md');
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      assert.equal(world.read('story-images/step-001.png'), 'mine');
      assert.match(world.read('story.md'), /\(story-images-2\/step-001\.png\)/u);
    });

    it('leaves nothing behind when it is cancelled', async () => {
      const ref = addTask({ steps: 20 });
      world.saveAs('story.md');
      world.person.cancelAt = (text) => text === 'Screenshot 4 of 20';
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      assert.deepEqual(world.files(), []);
      assert.ok(!existsSync(path.join(world.folder, 'story-images')));
      assert.deepEqual(world.person.seen, []);
    });

    it('says how many screenshots could not be had, and takes none that is no picture', async () => {
      const ref = addTask();
      world.saveAs('story.md');
      world.simulator.faults.add({ route: screenshotRoute, times: 2, effect: { kind: 'html' } });
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      assert.equal(world.files().length, 2, world.files().join());
      assert.ok(
        wasShown(/2 of 3 screenshots could not be had/u),
        JSON.stringify(world.person.seen),
      );
    });

    it('asks for fresh links where those of the screenshots have expired on the way', async () => {
      const ref = addTask({ steps: 12 });
      world.saveAs('story.md');
      world.person.cancelAt = (text) => {
        // Far longer than such links are good for.
        if (text === 'Screenshot 2 of 12') world.simulator.clock.advance(60 * 60_000);
        return false;
      };
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      assert.equal(world.files().length, 13, world.files().join());
      const refused = world.simulator.counts.seen.filter(({ status }) => status === 403);
      assert.ok(refused.length > 0, 'no link had expired');
    });

    it('keeps what was known of a task that cannot be read any more', async () => {
      const ref = addTask();
      const details = await world.cloud.client('v2').getDetails(ref.id, never);
      world.simulator.keys.clear();
      world.saveAs('story.md');
      const known = { details, task: details };
      await world.act(ref, { type: 'act', action: 'exportMarkdown' }, known);
      assert.deepEqual(world.files(), ['story.md']);
      assert.match(world.read('story.md'), /### Step 3/u);
      assert.ok(
        wasShown(/what was known of it\. 3 of 3 screenshots/u),
        JSON.stringify(world.person.seen),
      );
    });

    it('works for v1, whose screenshots belong to no step', async () => {
      const ref = addTask({ apiVersion: 'v1' });
      world.saveAs('story.md');
      await world.act(ref, { type: 'act', action: 'exportMarkdown' });
      assert.deepEqual(world.files(), [
        'story-images/screenshot-001.png',
        'story-images/screenshot-002.png',
        'story-images/screenshot-003.png',
        'story.md',
      ]);
    });
  });

  describe('copying code', () => {
    for (const [action, pattern] of [
      ['copyCurl', /^curl /u],
      ['copyPython', /^from browser_use_sdk import/mu],
      ['copyTypeScript', /from 'browser-use-sdk'/u],
    ] as const)
      it(`puts it on the clipboard, without the key: ${action}`, async () => {
        const ref = addTask();
        await world.act(ref, { type: 'act', action });
        const code = await env.clipboard.readText();
        assert.match(code, pattern);
        assert.ok(code.includes(ref.id));
        assert.ok(code.includes('BROWSER_USE_API_KEY'));
        assert.ok(!code.includes(canaryKey));
      });
  });
});
