import type { Locator, Page } from 'playwright-core';
import { until } from './until';

/** A row of the view as a person sees it, or hears it. */
export interface TaskRow {
  readonly label: string;
  readonly description: string;
  /** The icon's name without `codicon-`: `pass`, `error`; `loading` spins when `spins` says so. */
  readonly icon: string;
  readonly spins: boolean;
  /** The icon's colour as CSS computes it: `rgb(r, g, b)`. */
  readonly iconColor: string;
  /** What a screen reader says. */
  readonly ariaLabel: string;
  /** From 1; an indented row has 2. */
  readonly level: number;
  readonly selected: boolean;
}

/** The rows of the extension's view, from the top; those that are scrolled into sight. */
export async function readRows(page: Page): Promise<TaskRow[]> {
  const rows = await page.locator(rowSelector).evaluateAll((elements) =>
    elements.map((element) => {
      const text = (selector: string) => element.querySelector(selector)?.textContent ?? '';
      const icon = element.querySelector('.custom-view-tree-node-item-icon');
      const names = [...(icon?.classList ?? [])].filter((name) => name.startsWith('codicon-'));
      return {
        label: text('.label-name'),
        description: text('.label-description'),
        icon: names.find((name) => !name.includes('-modifier-'))?.slice('codicon-'.length) ?? '',
        spins: names.includes('codicon-modifier-spin'),
        iconColor: icon ? getComputedStyle(icon).color : '',
        ariaLabel: element.getAttribute('aria-label') ?? '',
        level: Number(element.getAttribute('aria-level') ?? 1),
        selected: element.getAttribute('aria-selected') === 'true',
        top: element.getBoundingClientRect().top,
      };
    }),
  );
  // The list keeps its rows in the order in which it drew them.
  return rows.toSorted((a, b) => a.top - b.top).map(({ top: _, ...row }) => row);
}

/** Of each row's label what there is room for, from the top; those that are scrolled into sight. */
export async function readVisibleLabels(page: Page): Promise<string[]> {
  const labels = await page.locator(rowSelector).evaluateAll((elements) =>
    elements.map((element) => {
      const name = element.querySelector('.label-name');
      const box = element.querySelector('.monaco-icon-label-container')?.getBoundingClientRect();
      const text = name && document.createTreeWalker(name, NodeFilter.SHOW_TEXT).nextNode();
      if (!text || !box) return { top: 0, shown: '' };
      const range = document.createRange();
      range.selectNodeContents(text);
      let end = text.textContent?.length ?? 0;
      const isCut = range.getBoundingClientRect().right > box.right;
      // Where a label is cut, an ellipsis takes room, too.
      const right = isCut ? box.right - 14 : box.right;
      while (end > 0 && range.getBoundingClientRect().right > right) range.setEnd(text, --end);
      return { top: box.top, shown: range.toString() };
    }),
  );
  return labels.toSorted((a, b) => a.top - b.top).map(({ shown }) => shown);
}

/** The row whose label or description contains `text`. */
export function rowWith(page: Page, text: string): Locator {
  return page.locator(rowSelector, { hasText: text }).first();
}

/** Clicks an inline action of a row, by its name, which may go on with its key. */
export async function clickInlineAction(row: Locator, name: string): Promise<void> {
  await row.hover();
  const action = '.actions a.action-label[aria-label';
  await row.locator(`${action}="${name}"], ${action}^="${name} ("]`).click();
}

/** The text of the tooltip of a row, once it shows. */
export async function readTooltip(page: Page, row: Locator): Promise<string> {
  // A tooltip comes when the pointer arrives, so it has to be elsewhere first, where there is none.
  await page.mouse.move(900, 785);
  await page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  await row.hover();
  return until('The tooltip', async () => {
    const hover = page.locator('.monaco-hover:visible').last();
    // VS Code sets plain text with spaces that do not break.
    const text =
      (await hover.count()) > 0 ? (await hover.innerText()).replaceAll('\u00a0', ' ') : '';
    // The view makes it only when it is wanted.
    return text !== '' && !text.startsWith('Loading') && text;
  });
}

/** Opens the context menu of a row: the labels in it, and how to choose one. */
export async function openContextMenu(
  page: Page,
  row: Locator,
): Promise<{ labels: string[]; choose(label: string): Promise<void> }> {
  const items = page.locator('.monaco-menu .action-item:not(.disabled) .action-label[aria-label]');
  // A row that is drawn anew under the pointer opens no menu: a person clicks it again.
  await until('An open menu', async () => {
    await row.click({ button: 'right' });
    await items.first().waitFor({ timeout: 3_000 });
    return true;
  });
  const labels = await items.evaluateAll((elements) =>
    elements
      .map((element) => element.getAttribute('aria-label') ?? '')
      .filter((label) => label !== ''),
  );
  const choose = async (label: string) => {
    const item = page.locator(`.monaco-menu .action-label[aria-label="${label}"]`);
    // A menu takes no click in its first tenth of a second, lest the click that opened it counts.
    await until(`The end of the menu after "${label}"`, async () => {
      if ((await item.count()) === 0) return true;
      await item.click({ timeout: 1_000 });
      await item.waitFor({ state: 'detached', timeout: 1_000 });
      return true;
    });
  };
  return { labels, choose };
}

const rowSelector = '.customview-tree .monaco-list-row';
