import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { withCloudForAllTests } from './cloudOfTest';
import { until } from './until';
import type { Workbench } from './workbench';

const minuteMs = 60_000;

/** What Track Task… offers beside pasting. */
describe('the recent tasks of the account', () => {
  let simulator: Simulator;
  let workbench: Workbench;
  let copiedId: string;
  let longId: string;
  let trainId: string;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened), {
    settings: { 'browserUseTasks.apiVersion': 'auto' },
  });

  before(async () => {
    // More than a page of v2, so that there is something to read on.
    for (let number = 1; number <= 130; number++)
      copiedId = add({ prompt: `Check shop ${number}`, apiVersion: 'v2' }, 60 + number);
    longId = add({ prompt: 'Check the long list', apiVersion: 'v2' }, 400);
    trainId = add({ prompt: 'Find a train to Venice', apiVersion: 'v4', lengthMs: 1000 }, 3);
    add({ prompt: 'Compare tents', title: 'Compare tents', titleAfterMs: 0, apiVersion: 'v3' }, 5);
    add({ prompt: 'Fill in the $(trash) form', apiVersion: 'v2', end: 'never' }, 7);
    // One version that fails hides no other.
    simulator.faults.add({
      route: 'GET /api/v3/sessions*',
      effect: { kind: 'answer', status: 403, body: { detail: 'Not allowed' } },
      times: 1,
    });
    // What a test before has copied would stand first in the list.
    await workbench.copy('no task');
  });

  afterEach(() => workbench.page.keyboard.press('Escape'));

  function add(script: TaskScript, minutesAgo: number): string {
    const createdAtMs = simulator.clock.now() - minutesAgo * minuteMs;
    return simulator.addTask({ createdAtMs, ...script }).id;
  }

  const labels = async (): Promise<string[]> =>
    (await workbench.quickPickLabels()).map((label) => label.trim());
  const offers = (...wanted: string[]): Promise<unknown> =>
    until(`A list with ${wanted.join(', ')}`, async () => {
      const shown = await labels();
      if (wanted.every((label) => shown.includes(label))) return true;
      throw new Error(`there is: ${shown.join(' | ')}`);
    });

  it('are one list of all versions, the newest first; a version that fails is named below', async () => {
    await workbench.runCommand('Browser Use: Track Task…');
    await offers('Find a train to Venice', 'Fill in the $ (trash) form', 'Check shop 1');
    const [first, second] = await labels();
    assert.deepEqual([first, second], ['Find a train to Venice', 'Fill in the $ (trash) form']);
    await workbench.screenshot('track-task-recent');
    await workbench.quickInput().press('End');
    await workbench.quickInput().fill('no such words');
    await offers('Tasks of API v3 cannot be listed');
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput().waitFor({ state: 'hidden' });
  });

  it('are searched by their words, also where these stand on a page that nobody has read', async () => {
    // What the list before has sent may still be on its way.
    await until('The last request', async () => {
      const count = listRequests();
      await workbench.page.waitForTimeout(500);
      return listRequests() === count;
    });
    const listsBefore = listRequests();
    await workbench.runCommand('Browser Use: Track Task…');
    await offers('Find a train to Venice');
    assert.ok(listRequests() - listsBefore <= 4, 'only the first page of each version is read');
    await workbench.quickInput().fill('shop 129');
    await offers('Check shop 129');
    assert.doesNotMatch((await labels()).join('\n'), /Not found|names no task/u);
    await workbench.choose('Check shop 129');
    await workbench.quickInput().fill('tents');
    await offers('Compare tents');
    await workbench.choose('Compare tents');
    await workbench.screenshot('track-task-search');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput().waitFor({ state: 'hidden' });
    for (const label of ['Check shop 129', 'Compare tents'])
      await workbench.waitForRow(label, (row) => row.label === label);
    assert.equal((await workbench.rows()).length, 2);
  });

  it('are found by their words in any order, and by how an ID begins', async () => {
    await workbench.runCommand('Browser Use: Track Task…');
    await offers('Find a train to Venice');
    await workbench.quickInput().fill('venice train ');
    await until('The one task', async () => {
      const shown = (await labels()).filter((label) => label !== 'Show Older Tasks');
      return shown.join() === 'Find a train to Venice';
    });
    await workbench.quickInput().fill('venice zeppelin');
    await offers('Not found among all 134 tasks');
    // Of an ID of four characters or more, the first may be an ID by themselves.
    await workbench.quickInput().fill(trainId.slice(0, 4));
    await offers('Find a train to Venice');
    assert.doesNotMatch((await labels()).join('\n'), /^Track 1 task/mu);
  });

  it('are not said to have been searched for a link that names none of them', async () => {
    await workbench.runCommand('Browser Use: Track Task…');
    await offers('Find a train to Venice');
    await workbench.quickInput().fill('https://cloud.browser-use.com/share/v4/0123456789abcdef');
    await offers('This names no task');
  });

  it('begin with what the clipboard names, which is tracked only when the person says so', async () => {
    await workbench.copy(`A private note: ${copiedId}`);
    await workbench.runCommand('Browser Use: Track Task…');
    await offers('Track 1 task from the clipboard', 'Check shop 1');
    const [first] = await labels();
    assert.equal(first, 'Track 1 task from the clipboard');
    assert.equal((await workbench.rows()).length, 2);
    const list = workbench.page.locator('.quick-input-list');
    assert.doesNotMatch(await list.innerText(), /private/);
    await workbench.screenshot('track-task-clipboard');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput().waitFor({ state: 'hidden' });
    await workbench.waitForRow('The copied task', ({ label }) => label === 'Check shop 130');
  });

  it('offer what was copied and pasted meanwhile where VS Code does not tell of so long a paste', async () => {
    await workbench.copy('no task');
    await workbench.runCommand('Browser Use: Track Task…');
    await offers('Check shop 1');
    await workbench.pasteInput(`${'x '.repeat(20_000)} ${longId}`);
    await workbench.page.keyboard.press('Enter');
    await offers('Track 1 task from the clipboard');
    assert.equal((await workbench.rows()).length, 3, 'the first row is not taken for it');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput().waitFor({ state: 'hidden' });
    await workbench.waitForRow('The pasted task', ({ label }) => label === 'Check the long list');
  });

  function listRequests(): number {
    return simulator.counts.seen.filter(({ url }) => /\/(?:tasks|sessions)\?/.test(url)).length;
  }
});

describe('ten thousand recent tasks', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(async () => {
    const now = simulator.clock.now();
    for (let number = 1; number <= 10_000; number++)
      simulator.addTask({
        prompt: `Check shop ${number}.`,
        createdAtMs: now - number * minuteMs,
      });
    await workbench.copy('no task');
  });

  it('are read as far as a search needs, and further only when the person wants it', async () => {
    const requests = () => simulator.counts.of('GET /api/v2/tasks');
    const shows = (labels: RegExp) =>
      until(`The rows ${labels.source}`, async () => {
        const shown = (await workbench.quickPickLabels()).map((each) => each.trim()).join('\n');
        if (labels.test(shown)) return true;
        throw new Error(`there is: ${shown}`);
      });
    await workbench.runCommand('Browser Use: Track Task…');
    await shows(/^Check shop 1\.$/mu);
    assert.equal(requests(), 1);
    await workbench.quickInput().fill('shop 1234.');
    await shows(/^Check shop 1234\.$/mu);
    await workbench.quickInput().fill('shop 9876.');
    // Older ones are offered once the search has read as much as it does by itself.
    await shows(/^Not found in the [\d,]+ tasks read so far\nShow Older Tasks$/u);
    const searched = requests();
    assert.ok(searched < 50, `${searched} requests`);
    await workbench.screenshot('track-task-many');
    await workbench.choose('Show Older Tasks');
    await until('A request for older tasks', () => Promise.resolve(requests() > searched));
    await workbench.page.keyboard.press('Escape');
    assert.deepEqual(await workbench.rows(), []);
  });
});
