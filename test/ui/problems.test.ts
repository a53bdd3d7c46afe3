import assert from 'node:assert/strict';
import { startSimulator, type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { refuseId, track, withCloudForEachTest } from './cloudOfTest';
import type { TaskRow } from './taskRow';
import { until } from './until';
import type { Workbench } from './workbench';

const secondKey = 'bu_second_simulator_key';

describe('what stops polling', () => {
  let simulator: Simulator;
  let workbench: Workbench;
  /** How many notifications there had been before the test. */
  let shownBefore: number;

  withCloudForEachTest((opened) => void ({ workbench, simulator } = opened));

  beforeEach(async () => {
    shownBefore = (await workbench.shownNotifications()).length;
  });

  it('a key that is refused in the middle: one prompt, no further questions, until there is another key', async () => {
    await trackRunning('Goes on without a key');
    simulator.keys.clear();
    const notification = await workbench.waitForNotification('does not accept the API key');
    assert.equal(notification.severity, 'warning');
    assert.deepEqual(notification.buttons, ['Set API Key']);
    await workbench.waitForViewMessage(
      /^127\.0\.0\.1:\d+ does not accept the API key\. Set one that is valid there\.$/,
    );
    await keepsItsRow('Goes on without a key');
    await workbench.screenshot('problem-key-rejected');
    simulator.keys.add(secondKey);
    await notification.click('Set API Key');
    await workbench.quickInput().waitFor();
    await workbench.answerInput(secondKey);
    await (await workbench.waitForNotification('is stored')).dismiss();
    await workbench.waitForViewMessage(/^Updated .* · 1 active$/);
    const refused = simulator.counts.seen.filter(({ status }) => status === 401);
    // A list's, which judges nothing, and the task's own.
    assert.ok(refused.length <= 2, `${refused.length}`);
    assert.deepEqual(
      (await newNotifications()).filter((text) => text.includes('does not accept')).length,
      1,
    );
  });

  it('an API version that is not served: says which, and polls the others', async () => {
    await trackRunning('Runs in v2');
    const old = simulator.addTask({ prompt: 'Runs in v1', apiVersion: 'v1', end: 'never' });
    await track(workbench, `v1:${old.id}`);
    await workbench.waitForRow(
      'The task of v1',
      ({ label, icon }) => label === 'Runs in v1' && icon === 'loading',
    );
    simulator.apiVersions.delete('v1');
    await workbench.waitForViewMessage(
      /^Updated (now|\d+ s ago) · 2 active\. API v1 is not served at 127\.0\.0\.1:\d+\. Check the base URL and the API version in the settings\.$/,
    );
    await workbench.waitForRow(
      'The task of v1 as it was',
      ({ label, description }) => label === 'Runs in v1' && /^<?\d+ min · v1$/.test(description),
    );
    const [task] = simulator.tasks.values();
    task?.stop(simulator.clock.now());
    await workbench.waitForRow(
      'The end of the task of v2',
      ({ label, icon }) => label === 'Runs in v2' && icon === 'debug-stop',
    );
    await workbench.screenshot('problem-not-served');
    const others = (await newNotifications()).filter((text) => !text.startsWith('Stopped'));
    assert.deepEqual(others, []);
  });

  it('no network: says so, keeps the rows, tries again, goes on by itself', async () => {
    await trackRunning('Outlives the network');
    const { clock, url } = simulator;
    await simulator.close();
    await workbench.waitForViewMessage(/^Offline, trying again in \d+ s · 1 active/);
    await keepsItsRow('Outlives the network');
    await workbench.screenshot('problem-offline');
    const [task] = simulator.tasks.values();
    assert.ok(task);
    const again = await startSimulator({ clock, port: Number(new URL(url).port) });
    try {
      again.addTask({ ...task.script, id: task.id, createdAtMs: task.createdAtMs });
      await workbench.waitForViewMessage(/^Updated .* · 1 active$/, 60_000);
      assert.deepEqual(await newNotifications(), []);
    } finally {
      await again.close();
    }
  });

  it('connections that break again and again: no message about each', async () => {
    await trackRunning('Goes on over bad connections');
    const fault = simulator.faults.add({ route: '*', effect: { kind: 'reset' }, times: 2 });
    await until('Two broken connections', async () => Promise.resolve(fault.hits === 2));
    await workbench.waitForViewMessage(/^Updated .* · 1 active$/, 60_000);
    assert.deepEqual(await newNotifications(), []);
  });

  it('a rate limit: says how long, requests nothing before that, goes on by itself', async () => {
    await trackRunning('Waits for its turn');
    simulator.faults.add({
      route: '* /api/v2/*',
      times: 1,
      effect: {
        kind: 'answer',
        status: 429,
        headers: { 'retry-after': '6' },
        body: { detail: 'Too many requests' },
      },
    });
    await workbench.waitForViewMessage(/^Rate limited, trying again (in \d+ s|now) · 1 active$/);
    await keepsItsRow('Waits for its turn');
    await workbench.screenshot('problem-rate-limited');
    await workbench.waitForViewMessage(/^Updated .* · 1 active$/);
    const { seen } = simulator.counts;
    const limitedAt = seen.findIndex(({ status }) => status === 429);
    const pauseMs = (seen[limitedAt + 1]?.realMs ?? 0) - (seen[limitedAt]?.realMs ?? 0);
    assert.ok(pauseMs >= 5_900, `${pauseMs} ms`);
    assert.deepEqual(await newNotifications(), []);
  });

  it('a task that is not there: said in its row, explained on hover, nothing pops up', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    await track(workbench, id);
    const isInTrouble = ({ ariaLabel }: TaskRow) => ariaLabel.includes('cannot be read');
    const row = await workbench.waitForRow('The row', isInTrouble);
    assert.equal(row.label, id);
    assert.notEqual(row.icon, 'circle-slash', 'it may be there in a moment');
    const tooltip = await workbench.tooltip(id);
    await workbench.screenshot('problem-not-found');
    assert.match(
      tooltip,
      /^127\.0\.0\.1:\d+ knows no such task for this API key\. Check the task ID, or set the key of the account that the task belongs to\. \(since/m,
    );
    // Once is enough.
    assert.equal(tooltip.split('knows no such task').length, 2, tooltip);
    assert.deepEqual(await newNotifications(), []);
  });

  it('an ID that the server takes for none: marked in its row, and one message offers other versions', async () => {
    const id = '00000000-0000-4000-8000-000000000002';
    refuseId(simulator, id);
    await track(workbench, id);
    const row = await workbench.waitForRow('The row', ({ icon }) => icon === 'circle-slash');
    assert.equal(row.label, id);
    assert.equal(row.description, 'Not found');
    assert.match(
      await workbench.tooltip(id),
      / does not take this for a task ID\. .* Refresh checks again\.$/m,
    );
    const offer = await workbench.waitForNotification('is not found by API v2');
    assert.deepEqual(offer.buttons, ['Look in Other API Versions']);
    await offer.dismiss();
    assert.equal((await newNotifications()).length, 1);
  });

  it('a base URL that leads elsewhere: says what answers there, and what to do', async () => {
    simulator.faults.add({ route: '*', effect: { kind: 'html' } });
    const task = simulator.addTask({ prompt: 'Never read', end: 'never' });
    await track(workbench, task.id);
    await workbench.waitForViewMessage(
      /^Unusable answer, trying again in \d+ s · 1 active\. Something between you and .* answered, or it is not Browser Use Cloud\. Check for a proxy, a VPN or a sign-in page, and the base URL in the settings\.$/,
    );
    assert.deepEqual(await newNotifications(), []);
  });

  it('a base URL that cannot be used: says why, and leaves the tasks in sight', async () => {
    await trackRunning('Belongs to a server that can be used');
    workbench.changeSettings({ 'browserUseTasks.baseUrl': 'http://example.com' });
    await workbench.waitForViewMessage(
      /^The base URL must begin with https:\/\/.* Change it in the settings\.$/,
    );
    await keepsItsRow('Belongs to a server that can be used');
    await workbench.runCommand('Browser Use: Track Task…');
    const notification = await workbench.waitForNotification('The base URL must begin with');
    assert.deepEqual(notification.buttons, ['Open Settings']);
    await notification.dismiss();
    assert.equal((await newNotifications()).length, 1);
    // The same from the start, when no tasks are known.
    await workbench.reload();
    await workbench.waitForViewMessage(
      /^The base URL must begin with https:\/\/.* Change it in the settings\.$/,
    );
    await workbench.runCommand('Browser Use: Track Task…');
    const again = await workbench.waitForNotification('The base URL must begin with');
    await again.dismiss();
  });

  async function newNotifications(): Promise<string[]> {
    return (await workbench.shownNotifications()).slice(shownBefore);
  }

  async function trackRunning(prompt: string): Promise<void> {
    const script: TaskScript = { prompt, end: 'never', cost: null };
    await track(workbench, simulator.addTask(script).id);
    await workbench.waitForRow(`"${prompt}"`, ({ icon }) => icon === 'loading');
  }

  /** The last good state stays, whatever goes wrong. */
  async function keepsItsRow(prompt: string): Promise<void> {
    const [row] = await workbench.rows();
    assert.equal(row?.label, prompt);
    assert.equal(row.icon, 'loading');
    assert.match(row.description, /^<?\d+ min/);
  }
});
