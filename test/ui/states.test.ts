import assert from 'node:assert/strict';
import type { TaskAppearance } from '../../src/core/labels/taskLabels';
import { scriptOf, statusRows } from '../fakes/statusTable';
import { type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { refuseId, track, withCloudForAllTests } from './cloudOfTest';
import { contrast } from './contrast';
import type { TaskRow } from './taskRow';
import { until } from './until';
import type { Theme, Workbench } from './workbench';

/** A state as its row tells it. */
interface State {
  readonly name: string;
  /** Absent for a task that the cloud does not know. */
  readonly script?: Omit<TaskScript, 'id'>;
  readonly icon: string;
  /** What the icon does not say. */
  readonly description: RegExp;
  readonly sentence: RegExp;
}

const minuteMs = 60_000;

/** In the order of their rows. */
const states: readonly State[] = [
  {
    name: 'created',
    script: { prompt: 'Fill in the trade fair’s exhibitor form', startsAfterMs: 'never' },
    icon: 'clock',
    description: /^$/,
    sentence: /^Task “Fill in the trade fair’s exhibitor form”: created\./,
  },
  {
    name: 'running',
    script: { prompt: 'Watch the payment provider’s status page', end: 'never', cost: null },
    icon: 'loading',
    description: /^\d+ min$/,
    sentence: /: running\./,
  },
  {
    name: 'paused',
    script: { prompt: 'Renew the library books', pauses: [{ afterMs: 0 }] },
    icon: 'debug-pause',
    description: /^\d+ min$/,
    sentence: /: paused\./,
  },
  {
    name: 'unknown',
    script: {
      prompt: 'Translate the product page',
      end: 'never',
      rawStatus: 'awaiting_review',
      cost: null,
    },
    icon: 'question',
    description: /^awaiting_review$/,
    sentence: /: awaiting_review\./,
  },
  {
    name: 'succeeded',
    script: { prompt: 'Find direct flights to Lisbon', judgeVerdict: true, cost: '0.0875' },
    icon: 'pass-filled',
    description: /^\$0\.0875 · \d+ min ago$/,
    sentence: /: finished, successful\. It cost \$0\.0875\./,
  },
  {
    name: 'finished',
    script: { prompt: 'Take a screenshot of the press page', isSuccess: null, cost: '0.0125' },
    icon: 'pass',
    description: /^\$0\.0125 · \d+ min ago$/,
    sentence: /: finished\. It cost/,
  },
  {
    name: 'unsuccessful',
    script: { prompt: 'Order two items in the shop', judgeVerdict: false, cost: '0.2163' },
    icon: 'warning',
    description: /^\$0\.2163 · \d+ min ago$/,
    sentence: /: finished, goal not reached\./,
  },
  {
    name: 'stopped',
    script: { prompt: 'Crawl the documentation', end: 'stopped', cost: '0.4021' },
    icon: 'debug-stop',
    description: /^\$0\.4021 · \d+ min ago$/,
    sentence: /: stopped\./,
  },
  {
    name: 'failed',
    script: { prompt: 'Download last month’s invoice', end: 'failed', cost: '0.064' },
    icon: 'error',
    description: /^\$0\.064 · \d+ min ago$/,
    sentence: /: failed\./,
  },
  {
    name: 'missing',
    icon: 'circle-slash',
    description: /^Not found$/,
    sentence: /: not found\.$/,
  },
];

const sixStates = ['created', 'running', 'paused', 'succeeded', 'stopped', 'failed'];
const themes: readonly Theme[] = ['dark', 'light', 'highContrast', 'highContrastLight'];

describe('the states in the view', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(async () => {
    const now = simulator.clock.now();
    states.forEach(({ script }, index) => {
      if (!script) return;
      // The later in the list, the older.
      const createdAtMs = now - (index + 1) * minuteMs;
      simulator.addTask({ steps: 2, ...script, id: idOf(index), createdAtMs });
    });
    // Missing at once, where the answer that there is none must be repeated for minutes.
    refuseId(simulator, idOf(states.length - 1));
    await workbench.widenView(470);
    await track(workbench, states.map((_, index) => idOf(index)).join(' '));
    await until('All states', async () => {
      const rows = await workbench.rows();
      return rows.length === states.length && rows.every(({ icon }) => icon !== 'ellipsis');
    });
    await workbench.unselect();
  });

  for (const [index, { name, icon, description, sentence }] of states.entries()) {
    it(`tells ${name} by its icon, the rest by text, and all by a sentence for screen readers`, async () => {
      const row = await rowOf(index);
      assert.equal(row.icon, icon);
      assert.match(row.description, description);
      assert.match(row.ariaLabel, sentence);
      assert.equal(row.spins, name === 'running');
    });
  }

  it('has the active ones first, then the newest', async () => {
    const labels = (await workbench.rows()).map(({ label }) => label);
    const expected = states.map((_, index) => labelOf(index));
    // Nobody knows how old a task is that is not found, only when it was tracked.
    const known = (label: string) => label !== idOf(states.length - 1);
    assert.deepEqual(labels.filter(known), expected.filter(known));
  });

  for (const theme of themes) {
    it(`gives each its own icon that can be seen, and the six their own colours, in the theme ${theme}`, async () => {
      await workbench.setTheme(theme);
      const rows: TaskRow[] = [];
      for (const index of states.keys()) rows.push(await rowOf(index));
      await workbench.screenshot(`states-${theme}`, workbench.page.locator('.sidebar').first());
      if (theme === 'dark') await pictureOfRows();
      assert.equal(new Set(rows.map(({ icon }) => icon)).size, states.length);
      const colors = rows
        .filter((_, index) => sixStates.includes(states[index]?.name ?? ''))
        .map(({ iconColor }) => iconColor);
      assert.equal(new Set(colors).size, sixStates.length, colors.join(' '));
      const behind = await workbench.page
        .locator('.part.sidebar')
        .evaluate((element) => getComputedStyle(element).backgroundColor);
      const faint = rows
        .map(({ icon, iconColor }) => ({ icon, iconColor, ratio: contrast(iconColor, behind) }))
        // WCAG 2.2 asks 3 of icons (1.4.11); VS Code's own warning colour has 2.93 in its light theme.
        .filter(({ ratio }) => ratio < 2.9);
      assert.deepEqual(faint, [], behind);
    });
  }

  it('can do without the spinning', async () => {
    workbench.changeSettings({ 'browserUseTasks.animateRunning': false });
    const row = await workbench.waitForRow('A still icon', ({ icon }) => icon === 'play-circle');
    assert.match(row.description, /^\d+ min$/);
    assert.ok(!row.spins);
  });

  /** The view down to its last row, for the README. */
  async function pictureOfRows(): Promise<void> {
    const sidebar = await workbench.page.locator('.sidebar').first().boundingBox();
    const last = await workbench.row('Download last month').boundingBox();
    assert.ok(sidebar && last);
    const { x, y, width } = sidebar;
    await workbench.screenshot('states', { x, y, width, height: last.y + last.height + 8 - y });
  }

  function rowOf(index: number): Promise<TaskRow> {
    const label = labelOf(index);
    return workbench.waitForRow(`The row "${label}"`, (row) => row.label === label);
  }
});

describe('what the words of v3 and v4 mean, in the view', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened), {
    settings: { 'browserUseTasks.apiVersion': 'auto' },
  });

  before(async () => {
    const ids = statusRows.map((row) => simulator.addTask(scriptOf(row, Date.now())).id);
    await workbench.widenView(470);
    await track(workbench, ids.join(' '));
    await until('All rows of the table', async () => {
      const rows = await workbench.rows();
      const unread = rows.filter(({ icon }) => icon === 'ellipsis');
      assert.deepEqual([rows.length, unread.map(({ label }) => label)], [statusRows.length, []]);
      return true;
    });
    await workbench.unselect();
  });

  it('has an icon for each row of the table, in each theme', async () => {
    for (const theme of ['highContrast', 'light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`words-${theme}`, workbench.page.locator('.sidebar').first());
      await assertIcons();
    }
  });

  async function assertIcons(): Promise<void> {
    const rows = await workbench.rows();
    for (const row of statusRows) {
      const { prompt } = scriptOf(row, 0);
      const shown = rows.find(({ ariaLabel }) => ariaLabel.startsWith(`Task “${prompt}”`));
      assert.equal(shown?.icon, iconByAppearance[row.appearance], prompt);
      if (row.appearance === 'unknown') assert.ok(shown?.description.includes(row.word));
    }
  }
});

const iconByAppearance: Partial<Record<TaskAppearance, string>> = {
  created: 'clock',
  running: 'loading',
  succeeded: 'pass-filled',
  finished: 'pass',
  unsuccessful: 'warning',
  stopped: 'debug-stop',
  failed: 'error',
  unknown: 'question',
};

function labelOf(index: number): string {
  return states[index]?.script?.prompt ?? idOf(index);
}

function idOf(index: number): string {
  return `0b6f2c1e-5a7d-4f3b-9c20-6d1e8a4b7c${String(index).padStart(2, '0')}`;
}
