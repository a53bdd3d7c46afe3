import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator } from '../simulator/startSimulator';
import { pointAt, simulatorEnvironment, startStillCloud, track } from './cloudOfTest';
import { until } from './until';
import { openWorkbench, type Workbench } from './workbench';

const pauseSeconds = 2;

describe('several windows', () => {
  let simulator: Simulator;
  let windows: [Workbench, Workbench, Workbench];

  before(async () => {
    const first = await openWorkbench({
      settings: {
        'browserUseTasks.baseUrl': 'http://127.0.0.1:1',
        'browserUseTasks.polling.watchingSeconds': pauseSeconds,
        'browserUseTasks.polling.hiddenSeconds': pauseSeconds,
        'browserUseTasks.polling.awaySeconds': pauseSeconds,
      },
      env: simulatorEnvironment,
    });
    windows = [first, await first.openAnother(), await first.openAnother()];
    for (const window of windows) await window.openView();
  });

  beforeEach(async () => {
    simulator = await startStillCloud();
    await pointAt(windows[0], simulator);
  });

  afterEach(() => simulator.close());
  after(() => windows[0].close());

  async function rowsWith(label: string, icon: string): Promise<void> {
    for (const [index, window] of windows.entries())
      await window.waitForRow(
        `"${label}" as ${icon} in window ${index + 1}`,
        (row) => row.label.startsWith(label) && row.icon === icon,
      );
  }

  const notificationsOf = async (text: string): Promise<number> => {
    const shown = await Promise.all(windows.map((window) => window.shownNotifications()));
    return shown.flat().filter((message) => message.includes(text)).length;
  };

  it('show the same, poll once for all, and notify once: the same end seen by three windows', async () => {
    const { id } = simulator.addTask({ prompt: 'Watched by three', lengthMs: 60_000 });
    await track(windows[1], id);
    simulator.clock.advance(10_000);
    await rowsWith('Watched by three', 'loading');

    simulator.counts.reset();
    await sleep(5 * pauseSeconds * 1000);
    const { total } = simulator.counts;
    // Three windows by themselves would send twelve to fifteen requests.
    assert.ok(total >= 3 && total <= 6, `${total} requests in five pauses`);

    simulator.clock.advance(60_000);
    await rowsWith('Watched by three', 'pass-filled');
    await until('A notice', async () => (await notificationsOf('Watched by three')) > 0);
    await sleep(1000);
    assert.equal(await notificationsOf('Watched by three'), 1);
    for (const window of windows) await window.waitForBadge(1);
    await windows[2].screenshot('windows-third');
  });

  it('share what is seen and what is untracked', async () => {
    const { id } = simulator.addTask({ prompt: 'Seen elsewhere', lengthMs: 10_000 });
    await track(windows[0], id);
    simulator.clock.advance(1_000);
    await rowsWith('Seen elsewhere', 'loading');
    simulator.clock.advance(20_000);
    await rowsWith('Seen elsewhere', 'pass-filled');
    for (const window of windows) await window.waitForBadge(1);
    await windows[2].row('Seen elsewhere').click();
    for (const window of windows) await window.waitForBadge(0);
    await windows[1].runCommand('Browser Use: Untrack Ended Tasks');
    for (const window of windows)
      await until('An empty view', async () => (await window.rows()).length === 0);
  });

  it('go on where the leader is killed (SIGKILL) in mid-write: state readable, another window polls within 5 s', async () => {
    const { id } = simulator.addTask({ prompt: 'Outlives a window', lengthMs: 600_000 });
    await track(windows[0], id);
    simulator.clock.advance(1_000);
    await rowsWith('Outlives a window', 'loading');

    const killed = leaderOf(windows[0], simulator);
    // Half a file, as a write leaves it that is cut off.
    const tasks = taskFolderOf(windows[0], simulator);
    fs.writeFileSync(
      path.join(tasks, `v2-${'0'.repeat(32)}.json.${killed}-1.tmp`),
      '{"format":1,"apiV',
    );
    process.kill(killed, 'SIGKILL');
    const killedAt = Date.now();
    simulator.counts.reset();
    await until(
      'A request of another window',
      () => Promise.resolve(simulator.counts.total > 0),
      5_000,
    );
    const waitedMs = Date.now() - killedAt;
    assert.ok(waitedMs < 5_000, `${waitedMs} ms`);
    assert.notEqual(leaderOf(windows[0], simulator), killed);

    // Two windows are alive for sure; the third may start its extensions anew.
    const features = await windows[0].openAnother();
    await features.openView();
    await features.waitForRow('The task in a new window', (row) =>
      row.label.startsWith('Outlives'),
    );
    simulator.clock.advance(600_000);
    await features.waitForRow('Its end', (row) => row.icon === 'pass-filled');
    await features.closeWindow();
  });
});

function storageOf({ code }: Workbench): string {
  return path.join(
    code.dataFolder,
    'data',
    'User',
    'globalStorage',
    'browser-use-tasks.browser-use-tasks',
  );
}

function folderWith(parent: string, { url }: Simulator): string {
  const name = fs.readdirSync(parent).find((each) => each.includes(new URL(url).port));
  assert.ok(name, `no folder for ${url}`);
  return path.join(parent, name);
}

function taskFolderOf(window: Workbench, simulator: Simulator): string {
  return folderWith(path.join(storageOf(window), 'tasks'), simulator);
}

/** The process of the window that polls. */
function leaderOf(window: Workbench, simulator: Simulator): number {
  const folder = folderWith(path.join(storageOf(window), 'windows'), simulator);
  const [newest] = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('lease-'))
    .sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)));
  assert.ok(newest);
  const { pid } = JSON.parse(fs.readFileSync(path.join(folder, newest), 'utf8')) as { pid: number };
  return pid;
}
