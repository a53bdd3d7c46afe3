import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { track, withCloudForAllTests } from './cloudOfTest';
import { until } from './until';
import type { Theme, Workbench } from './workbench';

const minuteMs = 60_000;
const widths = [220, 300, 600] as const;
const themes: readonly Theme[] = ['dark', 'light', 'highContrast'];

/** A task of its own, and one more for each of the batch. */
const single = 'Find the cheapest direct train from Vienna to Venice, for two adults and a dog';
const cities = ['Oslo', 'Rome', 'Porto', 'New York', 'Tokyo', 'Lima', 'Cairo', 'Sydney'];
const batch = cities.map(
  (city) => `Compare the prices of flights in the first week of May from Vienna to ${city}`,
);

/** Twenty rows as they come together in a week. */
const various: readonly TaskScript[] = [
  ...batch.map((prompt, index): TaskScript =>
    index < 4 ? { prompt, end: 'never', cost: null } : { prompt, cost: `0.0${index}31` },
  ),
  { prompt: 'Watch the payment provider’s status page', end: 'never', cost: null },
  { prompt: 'Fill in the trade fair’s exhibitor form', startsAfterMs: 'never' },
  { prompt: 'Order two items in the shop', judgeVerdict: false, cost: '0.2163' },
  { prompt: 'Crawl the documentation', end: 'stopped', cost: '0.4021' },
  { prompt: 'Download last month’s invoice', end: 'failed', cost: '0.064' },
  { prompt: '在黑客新闻上列出讨论最多的五个故事', cost: '0.021' },
  { prompt: 'ارزان‌ترین پرواز از وین به رم', cost: '0.034' },
  {
    prompt: 'Book a table for 👩‍👩‍👧‍👦 at 🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} Inn',
    cost: '0.05',
  },
  { prompt: 'Renew the library books', pauses: [{ afterMs: 0 }] },
  { prompt: 'Translate the product page', end: 'never', rawStatus: 'awaiting_review', cost: null },
  { prompt: 'List this week’s open positions', isSuccess: null, cost: '0.0125' },
];

/** One of very many. */
function product(index: number): TaskScript {
  const prompt = `Check whether the shop has product number ${index} in stock, and at what price`;
  return index % 50 === 0 ? { prompt, end: 'never', cost: null } : { prompt, cost: '0.01' };
}

describe('the rows', () => {
  let simulator: Simulator;
  let workbench: Workbench;
  let tracked = 0;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(async () => {
    await workbench.setTheme('dark');
  });

  it('have the whole title, and beside it what the icon does not say', async () => {
    await add({ prompt: single, end: 'never', cost: null });
    await pictures(1);
    const [row] = await workbench.rows();
    assert.equal(row?.label, single);
    assert.match(row.description, /^\d+ min$/);
    assert.match(row.ariaLabel, /^Task “Find the cheapest .* a dog”: running\.$/);
  });

  it('of a batch stay apart in a side bar of 220 pixels', async () => {
    await add(...various);
    await pictures(20);
    await workbench.widenView(220);
    const labels = await workbench.visibleLabels();
    assert.equal(labels.length, 20);
    assert.equal(new Set(labels).size, 20, labels.join('\n'));
    for (const city of cities)
      assert.ok(
        labels.some((label) => label.endsWith(city)),
        `${city} in ${labels.join('\n')}`,
      );
  });

  it('say nothing that the icon says, and nothing twice', async () => {
    await workbench.widenView(600);
    for (const { label, description, ariaLabel } of await workbench.rows()) {
      assert.doesNotMatch(description, /running|finished|stopped|failed|paused|created/i);
      assert.match(ariaLabel, /running|finished|stopped|failed|paused|created|awaiting_review/);
      const parts = [label, ...description.split(' · ')].filter((part) => part !== '');
      assert.equal(new Set(parts).size, parts.length, parts.join(' | '));
    }
    const oslo = await workbench.waitForRow('Oslo', ({ label }) => label.endsWith('Oslo'));
    assert.match(oslo.description, /^\d+ min · Compare the prices .*…$/);
    assert.ok(oslo.ariaLabel.includes(batch[0] ?? ''), oslo.ariaLabel);
  });

  it('of a thousand do so, too', async () => {
    await add(...Array.from({ length: 980 }, (_, index) => product(index)));
    await pictures(1000);
    await workbench.widenView(220);
    const labels = await workbench.visibleLabels();
    assert.ok(labels.length > 20);
    assert.equal(new Set(labels).size, labels.length, labels.join('\n'));
  });

  it('tell below the first hundred when something was, which needs no redrawing', async () => {
    await workbench.widenView(300);
    await workbench.page.locator('.customview-tree .monaco-list').focus();
    await workbench.page.keyboard.press('End');
    const last = await workbench.waitForRow('The last row', ({ label }) =>
      label.startsWith('…number 979 '),
    );
    await workbench.screenshot('rows-1000-end', workbench.page.locator('.sidebar').first());
    assert.match(last.description, /^\$0\.01 · \d+\/\d+\/\d+, \d+:\d+.[AP]M · Check whether .*…$/);
  });

  /** Adds tasks to the cloud and tracks them: the first the newest. */
  async function add(...scripts: TaskScript[]): Promise<void> {
    const now = simulator.clock.now();
    const tasks = scripts.map((script, index) =>
      simulator.addTask({
        steps: 2,
        createdAtMs: now - (3 + tracked + index * 7) * minuteMs,
        ...script,
      }),
    );
    tracked += scripts.length;
    await track(workbench, tasks.map(({ id }) => id).join(' '));
    await until(
      `The ${tracked} rows`,
      async () => {
        const rows = await workbench.rows();
        return (
          rows.length >= Math.min(tracked, 20) && rows.every(({ icon }) => icon !== 'ellipsis')
        );
      },
      60_000,
    );
    for (const notification of await workbench.notifications()) await notification.dismiss();
    await workbench.unselect();
  }

  async function pictures(count: number): Promise<void> {
    for (const width of widths) {
      await workbench.widenView(width);
      // What a row has room for does not change with its colours.
      for (const theme of width === 300 ? themes : themes.slice(0, 1)) {
        await workbench.setTheme(theme);
        await workbench.screenshot(
          `rows-${count}-${width}-${theme}`,
          workbench.page.locator('.sidebar').first(),
        );
      }
    }
  }
});
