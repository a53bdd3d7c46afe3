import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import { track, withCloudForAllTests } from './cloudOfTest';
import type { TaskRow } from './taskRow';
import { until } from './until';
import type { Workbench } from './workbench';

const steps = [
  { goal: 'Open the shop', url: 'https://shop.example.com/' },
  { goal: 'Sort by price', url: 'https://shop.example.com/?sort=price' },
];

/** A task's life, told in order, of an ID alone: nobody says which API version it belongs to. */
for (const [apiVersion, version] of [
  ['v4', 'newest'],
  ['v3', 'oldest'],
] as const)
  describe(`a task of API ${apiVersion}, by its ID alone, in the ${version} VS Code`, () => {
    const prompt = `Find the cheapest tent of shop ${apiVersion}`;
    let simulator: Simulator;
    let workbench: Workbench;
    let id: string;

    withCloudForAllTests((opened) => void ({ workbench, simulator } = opened), {
      version,
      settings: { 'browserUseTasks.apiVersion': 'auto' },
    });

    before(() => {
      ({ id } = simulator.addTask({
        apiVersion,
        prompt,
        title: prompt,
        titleAfterMs: 0,
        startsAfterMs: 10_000,
        steps,
        lengthMs: 40_000,
        output: 'The red one, 49 EUR',
        cost: '0.42',
        files: [{ name: 'tents.csv', content: 'name,price' }],
      }));
    });

    const row = (icon: string) =>
      workbench.waitForRow(
        `A row with the icon ${icon}`,
        (each) => each.icon === icon && each.label === prompt,
      );

    it('is found with at most five requests, and goes from created to running', async () => {
      await track(workbench, id);
      await row('clock');
      const requests = simulator.counts.seen.filter(
        ({ url, status }) => url.includes(id) && status === 404,
      );
      assert.ok(requests.length <= 4, requests.map(({ url }) => url).join());
      assert.deepEqual(await workbench.shownNotifications(), []);
      simulator.clock.advance(35_000);
      await row('loading');
      await workbench.row(prompt).click();
      const details = await workbench.detailsFrame();
      await details.getByText('Open the shop').first().waitFor();
      await details.getByText(prompt).first().waitFor();
    });

    it('is announced when it finishes, and its details tell everything', async () => {
      await workbench.runCommand('View: Close All Editors');
      // The focus goes with the page that had it: without it nobody watches, and polls are rare.
      await workbench.runCommand('Browser Use: Focus on Tasks View');
      simulator.clock.advance(200_000);
      const notification = await workbench.waitForNotification('tent');
      assert.match(notification.message, /^Finished(?:, successful)?: Find the cheapest tent/u);
      await workbench.waitForRow(
        'A finished row',
        ({ icon, description }) =>
          ['pass', 'pass-filled'].includes(icon) && / ago$|just now$/u.test(description),
      );
      await notification.click('Open Details');
      const details = await workbench.detailsFrame();
      await details.getByText('Sort by price').first().waitFor();
      const text = await details.locator('body').innerText();
      for (const part of [prompt, 'Finished', 'The red one, 49 EUR', 'tents.csv', '$0.42'])
        assert.ok(text.includes(part), `The details say “${part}”: ${text}`);
      assert.ok((await details.locator('.step').count()) >= 2);
      const isIdle = text.includes('The browser of this task is still open, which costs money.');
      assert.equal(isIdle, apiVersion === 'v4');
      await workbench.waitForBadge(0);
      const shown = await workbench.shownNotifications();
      assert.equal(shown.filter((each) => each.includes('tent')).length, 1);
      await workbench.screenshot(`details-${apiVersion}-finished`);
      if (apiVersion !== 'v4') return;
      await workbench.waitForStatusBar('1 browser open');
      await details.getByRole('button', { name: 'Session Cost' }).click();
      await details.getByText('Session: Browser').waitFor();
      await workbench.screenshot('details-v4-session-cost');
    });

    if (apiVersion === 'v4')
      it('leads to the other runs of its session, one click each', async () => {
        const { sessionId } = simulator.tasks.get(id) ?? {};
        assert.ok(sessionId);
        simulator.addTask({ apiVersion, prompt: 'Order the tent', sessionId, lengthMs: 1000 });
        await workbench.runCommand('View: Close All Editors');
        await workbench.row(prompt).click();
        const details = await workbench.detailsFrame();
        await details.getByRole('button', { name: 'Order the tent' }).click();
        await until('The details of the other run', async () =>
          (await workbench.editorTitles()).includes('Order the tent'),
        );
      });

    if (apiVersion === 'v4')
      it('belongs to a session whose ID alone has its runs followed, until that is stopped', async () => {
        const { sessionId } = simulator.tasks.get(id) ?? {};
        assert.ok(sessionId);
        const isFollowed = (label: string) => (row: TaskRow) =>
          row.label === label && /(?:^| · )following$/u.test(row.description);
        await track(workbench, sessionId);
        await workbench.waitForRow('A followed row', isFollowed(prompt));
        await workbench.waitForRow('A followed row', isFollowed('Order the tent'));
        assert.match(await workbench.tooltip('Order the tent'), /^Its session is followed: /mu);
        simulator.clock.advance(200_000);
        simulator.addTask({ apiVersion, prompt: 'Pay for the tent', sessionId, lengthMs: 1000 });
        await workbench.waitForRow('The new run', isFollowed('Pay for the tent'), 30_000);
        await workbench.screenshot('rows-v4-followed');
        const menu = await workbench.contextMenu('Pay for the tent');
        assert.ok(!menu.labels.includes('Follow Session'), menu.labels.join());
        await menu.choose('Stop Following Session');
        await until('Rows without a mark', async () =>
          (await workbench.rows()).every(({ description }) => !description.includes('following')),
        );
      });

    if (apiVersion === 'v4')
      it('is found in other API versions, where the settings name one that does not know it', async () => {
        const add = (name: string) =>
          simulator.addTask({
            apiVersion,
            prompt: name,
            title: name,
            titleAfterMs: 0,
            end: 'never',
          });
        const [wrong, refused] = [add('Of another version'), add('Refused by v2')];
        simulator.faults.add({
          route: `GET /api/v2/tasks/${refused.id}*`,
          effect: { kind: 'answer', status: 422, body: { detail: [] } },
        });
        await workbench.applySettings({ 'browserUseTasks.apiVersion': 'v2' });
        try {
          await track(workbench, wrong.id);
          const found = await workbench.waitForRow(
            'A task that is not found so far',
            ({ label, description }) =>
              label === wrong.id && description.includes('not found so far'),
          );
          await workbench.clickRowAction(found.label, 'Look in Other API Versions');
          await workbench.waitForRow(
            'The task that was found',
            ({ label, icon }) => label === 'Of another version' && icon === 'loading',
          );
          await track(workbench, refused.id);
          const offer = await workbench.waitForNotification('not found by API v2');
          await workbench.screenshot('not-found-by-version');
          await offer.click('Look in Other API Versions');
          await workbench.waitForRow(
            'The task that was missing',
            ({ label, icon }) => label === 'Refused by v2' && icon === 'loading',
          );
          const labels = (await workbench.rows()).map(({ label }) => label);
          assert.ok(!labels.includes(wrong.id) && !labels.includes(refused.id), labels.join());
        } finally {
          await workbench.applySettings({ 'browserUseTasks.apiVersion': 'auto' });
        }
      });

    it('is not found by a stranger’s ID, which is said once', async () => {
      await track(workbench, '00000000-0000-4000-8000-000000000000').catch(() => undefined);
      const notification = await until('The message', async () =>
        (await workbench.notifications()).find(({ message }) => message.includes('not tracked')),
      );
      assert.match(notification.message, /1 ID is not tracked: .* knows no such task/u);
    });
  });
