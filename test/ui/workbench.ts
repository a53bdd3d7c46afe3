import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core';
import type { CodeVersion } from '../launch/codeVersions';
import { openWindow, startBrowser } from '../launch/openWindow';
import { packagedExtension, projectFolder } from '../launch/packagedExtension';
import { quietSettings, startCode, type RunningCode } from '../launch/startCode';
import {
  openNotifications,
  rememberNotifications,
  shownNotifications,
  waitForQuiet,
  type Notification,
} from './notifications';
import {
  clickInlineAction,
  openContextMenu,
  readRows,
  readTooltip,
  readVisibleLabels,
  rowWith,
  type TaskRow,
} from './taskRow';
import { until } from './until';

/** Where `screenshot` puts its pictures. */
export const screenshotFolder = path.join(projectFolder, 'out', 'screenshots');

/** The themes that the pictures are taken in. */
export type Theme = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

/** What a workbench is opened with. */
export interface WorkbenchOptions {
  /** Default: the newest. */
  version?: CodeVersion;
  /** Settings for the window, besides those that keep VS Code quiet. */
  settings?: Readonly<Record<string, unknown>>;
  /** `BROWSER_USE_API_KEY` and the like. */
  env?: NodeJS.ProcessEnv;
  /** The folder to open; without it, an empty window. */
  folder?: string;
  /** Whether VS Code asks to trust the folder; without it, every folder is trusted. */
  asksForTrust?: boolean;
  /** A window that no test has used before. Without it, one may be handed out again that looks like a fresh one. */
  isFresh?: boolean;
}

/**
 * Opens a window of a real VS Code that has the packaged extension, in a browser: what a person
 * would see. The extension must be packaged; the suite `build` does that.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { settings: own, isFresh, ...others } = options;
  // What is set is tracked before the palette has closed, so tests need not wait for a search.
  const settings = { ...quietSettings, 'browserUseTasks.apiVersion': 'v2', ...own };
  const kind = JSON.stringify(others);
  const kept = isFresh ? undefined : keptWindows?.get(kind);
  if (kept) {
    keptWindows?.delete(kind);
    if (await kept.becomesLikeNew(settings)) return kept;
    await kept.end();
  }
  const code = await startCode({
    version: options.version ?? 'newest',
    // With it VS Code shows no notifications.
    smokeTestDriver: false,
    asksForTrust: options.asksForTrust ?? false,
    extensions: [packagedExtension],
    userSettings: settings,
    // A key of the person who runs the tests reaches no test.
    env: { BROWSER_USE_API_KEY: '', ...options.env },
  });
  let browser: Browser | undefined;
  try {
    browser = await startBrowser();
    const context = await browser.newContext({
      viewport: usualSize,
      // Spinning icons take half a processor in a window without a graphics card.
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await context.addInitScript(rememberNotifications);
    const page = await openPage(context, code, options.folder);
    return new Workbench(page, code, { browser, settings, folder: options.folder, kind });
  } catch (error) {
    await browser?.close();
    await code.stop();
    throw error;
  }
}

const usualSize = { width: 1280, height: 800 };

/** How many titles windows were given so far. */
let titles = 0;

/** The windows that tests use now. */
export const openWindows = new Set<Workbench>();

/** Windows that no test uses now, by what their server was started with; undefined where none are kept. */
let keptWindows: Map<string, Workbench> | undefined;

/**
 * From now on a window that is closed is kept for the next test that opens one like it: a fresh one takes a processor
 * for seconds.
 *
 * @returns how to end with it, and with the windows that are kept.
 */
export function keepWindows(): () => Promise<void> {
  const kept = new Map<string, Workbench>();
  keptWindows = kept;
  return async () => {
    keptWindows = undefined;
    for (const window of kept.values()) await window.end();
  };
}

interface WorkbenchParts {
  readonly browser: Browser;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly folder: string | undefined;
  /** What its server was started with. */
  readonly kind: string;
}

/** A window of VS Code, driven as a person would. Who opens it closes it. */
export class Workbench {
  private settings: Readonly<Record<string, unknown>>;
  /** Whether a test has left it in a state that nobody knows. */
  private isSpoiled = false;
  /** How wide the view was before `widenView`. */
  private usualWidth: number | undefined;

  constructor(
    readonly page: Page,
    /** The server behind the window. */
    readonly code: RunningCode,
    private readonly parts: WorkbenchParts,
  ) {
    this.settings = parts.settings;
    openWindows.add(this);
    page.on('close', () => openWindows.delete(this));
  }

  /** Opens a second window of the same user on the same server, as another workbench; closing it leaves this one. */
  async openAnother(): Promise<Workbench> {
    this.spoil();
    const page = await openPage(this.page.context(), this.code, this.parts.folder);
    const another = new Workbench(page, this.code, { ...this.parts, settings: this.settings });
    another.spoil();
    return another;
  }

  /** Notes that the window is no longer fit for other tests. */
  spoil(): void {
    this.isSpoiled = true;
  }

  /** Closes this window only. */
  async closeWindow(): Promise<void> {
    await this.page.close();
  }

  /** Closes all windows, the browser and the server; or keeps them for a test that opens a window like this one. */
  async close(): Promise<void> {
    const { kind } = this.parts;
    if (!keptWindows || this.isSpoiled || keptWindows.has(kind)) return this.end();
    openWindows.delete(this);
    keptWindows.set(kind, this);
  }

  /** Closes all windows, the browser and the server. */
  async end(): Promise<void> {
    await this.parts.browser.close();
    await this.code.stop();
  }

  /** Puts back what a test may have changed, so that it looks as if just opened; whether that has worked. */
  async becomesLikeNew(settings: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      await this.putBack(settings);
      openWindows.add(this);
      return true;
    } catch (error) {
      console.warn(`A window is not used again: ${String(error)}`);
      return false;
    }
  }

  private async putBack(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const { page } = this;
    await page.setViewportSize(usualSize);
    await page.keyboard.press('Escape');
    await this.runCommand('View: Close All Editors');
    if (await page.locator('.part.panel').isVisible()) await page.keyboard.press('ControlOrMeta+J');
    await this.openView();
    if (this.usualWidth !== undefined) await this.widenView(this.usualWidth);
    this.settings = {};
    await this.applySettings(settings);
    await until('An empty view', async () => (await this.rows()).length === 0);
    await page.locator('.welcome-view-content:visible').first().waitFor();
    await page.keyboard.press('ControlOrMeta+B');
    await page.locator('.customview-tree').waitFor({ state: 'hidden' });
    await this.runCommand('Notifications: Clear All Notifications');
    await until('The end of all notifications', async () => {
      return (await page.locator('.notification-toast').count()) === 0;
    });
    await page.evaluate('globalThis.shownNotifications.length = 0');
    await this.leave();
  }

  /** Loads the window anew, by VS Code's own command: it saves which editors are open before. */
  async reload(): Promise<void> {
    const isLoaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await isLoaded;
    await waitForWorkbench(this.page);
  }

  /** Runs a command by its title in the palette: `Browser Use: Set API Key…`. */
  async runCommand(title: string): Promise<void> {
    // A palette that is still closing may take along the one that has just opened: a person presses the key again.
    await until('The palette', async () => {
      await this.openPalette();
      await this.quickInput().fill(`>${title}`, { timeout: 3000 });
      return true;
    });
    // The label of a row may go on with keys and categories.
    await this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(title) }) })
      .first()
      .click();
    await this.waitForPaletteToClose();
  }

  /** Opens the palette, once an input box that was answered is gone: in closing it would take the palette along. */
  async openPalette(): Promise<void> {
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    // A page that gets the focus late takes the key: a person presses it again.
    await until('An open palette', async () => {
      if (!(await this.quickInput().isVisible())) await this.page.keyboard.press('F1');
      await this.quickInput().waitFor({ timeout: 3000 });
      return true;
    });
  }

  /** Waits until the palette is gone, or the next input box has taken its place. */
  async waitForPaletteToClose(): Promise<void> {
    await until('The end of the palette', async () => !(await this.isPaletteOpen()));
  }

  private async isPaletteOpen(): Promise<boolean> {
    const input = this.quickInput();
    return (await input.count()) > 0 && (await input.inputValue({ timeout: 500 })).startsWith('>');
  }

  /** The titles that the palette offers for a search. */
  async commandTitles(search: string): Promise<string[]> {
    await this.openPalette();
    await this.quickInput().fill(`>${search}`);
    const names = this.page.locator('.quick-input-list .monaco-list-row .label-name');
    await names.first().waitFor();
    const titles = await names.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** The field of the quick input or input box that is open. */
  quickInput(): Locator {
    return this.page.locator(
      '.quick-input-widget:visible input[type="text"], .quick-input-widget:visible input[type="password"]',
    );
  }

  /** Fills in the input box that is open, and confirms it unless told otherwise. */
  async answerInput(text: string, { confirm = true }: { confirm?: boolean } = {}): Promise<void> {
    await this.quickInput().fill(text);
    if (confirm) await this.page.keyboard.press('Enter');
  }

  /** Puts a text into the clipboard. Takes the focus out of a page in the window, as only who has it may write there. */
  async copy(text: string): Promise<void> {
    await this.page.evaluate((copied) => {
      const { activeElement } = document;
      if (activeElement instanceof HTMLIFrameElement) activeElement.blur();
      window.focus();
      return navigator.clipboard.writeText(copied);
    }, text);
  }

  /** Pastes a text into the input box that is open, as a person would: it may have several lines. */
  async pasteInput(text: string): Promise<void> {
    const before = await this.quickInput().inputValue();
    await this.copy(text);
    await this.quickInput().focus();
    await this.page.keyboard.press('ControlOrMeta+V');
    // A key that comes before the text would mean what was there before it.
    await until('The pasted text', async () => (await this.quickInput().inputValue()) !== before);
  }

  /** Whether the input box that is open hides what is typed. */
  async isInputHidden(): Promise<boolean> {
    return (await this.quickInput().getAttribute('type')) === 'password';
  }

  /** The line under the field: what to enter, or what is wrong with it. */
  async inputMessage(): Promise<string> {
    return this.page.locator('.quick-input-widget:visible .quick-input-message').innerText();
  }

  /** Waits until that line fits. */
  waitForInputMessage(expected: RegExp): Promise<string> {
    return until(`The expected ${expected.source} under the field`, async () => {
      const message = await this.inputMessage();
      if (expected.test(message)) return message;
      throw new Error(`there are: "${message}"`);
    });
  }

  /** The labels of the list that is open in the quick input. */
  async quickPickLabels(): Promise<string[]> {
    // Below a label lies its detail, left over from another list where this one has none.
    const names = this.page.locator(
      '.quick-input-list .monaco-list-row .label-name:not(.quick-input-list-label-meta *)',
    );
    await names.first().waitFor();
    return names.allInnerTexts();
  }

  /** Chooses from the list that is open in the quick input. */
  async choose(label: string): Promise<void> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row', { hasText: label });
    await rows.first().click();
  }

  /** Opens the extension's view with a click on its icon in the activity bar. */
  async openView(): Promise<void> {
    const tab = this.page.locator(activitySelector);
    if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click();
    await this.page.locator('.pane-body:visible').first().waitFor();
  }

  /** Drags the edge of the side bar, so that it is so many pixels wide. */
  async widenView(width: number): Promise<void> {
    const box = await this.page.locator('.sidebar').first().boundingBox();
    if (!box) throw new Error('There is no side bar.');
    this.usualWidth ??= box.width;
    const { mouse } = this.page;
    await mouse.move(box.x + box.width + 1, box.y + 300);
    await mouse.down();
    await mouse.move(box.x + width, box.y + 300, { steps: 4 });
    await mouse.up();
    await this.leave();
  }

  /** Moves the pointer to where it points at nothing. */
  async leave(): Promise<void> {
    await this.page.mouse.move(900, 785);
  }

  /** Takes selection and focus away from the rows. */
  async unselect(): Promise<void> {
    await this.page.locator('.customview-tree .monaco-list').focus();
    await this.page.keyboard.press('Escape');
    await this.leave();
  }

  /** The rows of the view, from the top. */
  rows(): Promise<TaskRow[]> {
    return readRows(this.page);
  }

  /** Of each row's label what there is room for, from the top. */
  visibleLabels(): Promise<string[]> {
    return readVisibleLabels(this.page);
  }

  /** Waits for a row that `fits`. */
  waitForRow(what: string, fits: (row: TaskRow) => boolean, timeoutMs?: number): Promise<TaskRow> {
    return until(what, async () => (await this.rows()).find(fits), timeoutMs);
  }

  /** The row whose label or description contains `text`, to click for instance. */
  row(text: string): Locator {
    return rowWith(this.page, text);
  }

  /** Clicks an action that appears in the row itself, by its name. */
  clickRowAction(text: string, action: string): Promise<void> {
    return clickInlineAction(this.row(text), action);
  }

  /** The text of a row's tooltip. */
  tooltip(text: string): Promise<string> {
    return readTooltip(this.page, this.row(text));
  }

  /** Opens a row's context menu. */
  contextMenu(text: string): Promise<{ labels: string[]; choose(label: string): Promise<void> }> {
    return openContextMenu(this.page, this.row(text));
  }

  /** Clicks a button in the view's title, by its name. */
  async clickViewAction(action: string): Promise<void> {
    await this.page.locator('.sidebar').first().hover();
    await this.page.locator(`.sidebar a.action-label[aria-label="${action}"]`).first().click();
  }

  /** The texts of the view when it has no rows: welcome texts, and the names of their buttons. */
  async welcomeText(): Promise<string> {
    return this.page.locator('.welcome-view-content:visible').first().innerText();
  }

  /** Clicks a button or a link of the welcome view. */
  async clickWelcome(name: string): Promise<void> {
    const view = this.page.locator('.welcome-view-content:visible');
    await view.locator('.monaco-button, a', { hasText: name }).first().click();
  }

  /** The line above the rows that says how fresh they are or what is wrong; empty without one. */
  async viewMessage(): Promise<string> {
    const message = this.page.locator('.tree-explorer-viewlet-tree-view .message:visible');
    return (await message.count()) > 0 ? message.first().innerText() : '';
  }

  /** Waits until the line above the rows fits. */
  waitForViewMessage(expected: RegExp, timeoutMs?: number): Promise<string> {
    return until(
      `The expected ${expected.source} above the rows`,
      async () => {
        const message = await this.viewMessage();
        if (expected.test(message)) return message;
        throw new Error(`there are: "${message}"`);
      },
      timeoutMs,
    );
  }

  /** The number on the extension's icon in the activity bar; undefined without one. */
  async badge(): Promise<string | undefined> {
    const badge = this.page.locator(`${activitySelector} .badge-content:visible`);
    // All at once: between a count and a reading it may go.
    return (await badge.allInnerTexts())[0];
  }

  /** The extension's item in the status bar. */
  statusBarItem(): Locator {
    return this.page.locator('.statusbar-item[id^="browser-use-tasks.browser-use-tasks"]');
  }

  /** Waits until that item says `expected`, beside its icon. */
  async waitForStatusBar(expected: string): Promise<void> {
    await until(`"${expected}" in the status bar`, async () => {
      const text = (await this.statusBarItem().innerText({ timeout: 1_000 })).trim();
      if (text === expected) return true;
      throw new Error(`there is: "${text}"`);
    });
  }

  /** Waits until the number on the icon is so high; 0 for none. */
  async waitForBadge(count: number): Promise<void> {
    const expected = count === 0 ? undefined : String(count);
    await until(`The badge ${count}`, async () => {
      const badge = await this.badge();
      if (badge === expected) return true;
      throw new Error(`there is: ${badge === undefined ? 'none' : `"${badge}"`}`);
    });
  }

  /** The notifications that are on the screen, the newest first. */
  notifications(): Promise<Notification[]> {
    return openNotifications(this.page);
  }

  /** The texts of all notifications since the window was loaded, those that are gone included, the oldest first. */
  shownNotifications(): Promise<string[]> {
    return shownNotifications(this.page);
  }

  /** Waits for a notification whose text contains `text`. */
  waitForNotification(text: string, timeoutMs?: number): Promise<Notification> {
    return until(
      `A notification with "${text}"`,
      async () => {
        const found = (await this.notifications()).find((each) => each.message.includes(text));
        if (found) return found;
        throw new Error(`there were: ${JSON.stringify(await this.shownNotifications())}`);
      },
      timeoutMs,
    );
  }

  /** The modal dialog that is open: its text, to be answered by `page`. */
  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box:visible');
  }

  /** Clicks a button of the modal dialog that is open. */
  async answerDialog(button: string): Promise<void> {
    await waitForQuiet(this.page);
    await this.dialog().locator('.monaco-button', { hasText: button }).first().click();
  }

  /** The titles of the open editors, details panels among them. */
  async editorTitles(): Promise<string[]> {
    return this.page.locator('.tabs-container .tab .label-name').allInnerTexts();
  }

  /** The page inside the details panel that shows, once it has content. */
  detailsFrame(): Promise<Frame> {
    return until('The details panel', async () => {
      for (const frame of this.page.frames().toReversed()) {
        if (!frame.url().includes('/fake.html')) continue;
        const outer = await frame.parentFrame()?.frameElement();
        if (!(await outer?.isVisible())) continue;
        const text = await frame.evaluate(() => document.body.textContent);
        if (text.trim() !== '') return frame;
      }
      return undefined;
    });
  }

  /** What the log of the extension says; its channel must have been created. */
  log(): string {
    const folder = path.join(this.code.dataFolder, 'data', 'logs');
    return fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.includes('browser-use-tasks') && file.endsWith('.log'))
      .map((file) => fs.readFileSync(path.join(folder, file), 'utf8'))
      .join('');
  }

  /** Waits until the clipboard holds something other than `before`, and gives that. */
  waitForClipboard(before = ''): Promise<string> {
    return until('A copied text', async () => {
      const text = await this.page.evaluate(() => navigator.clipboard.readText());
      return text !== before && text;
    });
  }

  /** Changes settings of the server, for all its windows. They take effect within about a second. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    this.settings = { ...this.settings, ...settings };
    this.code.writeUserSettings(this.settings);
  }

  /** Changes settings and waits until the window has read them: its title, which it had never before, shows that. */
  async applySettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const title = `VS Code, settings ${++titles}`;
    // A window that has just opened may not watch its settings yet: what is written then, it misses.
    await until('The new settings', async () => {
      this.changeSettings({ ...settings, 'window.title': title });
      await this.page.waitForFunction(`document.title === ${JSON.stringify(title)}`, undefined, {
        timeout: 3000,
      });
      return true;
    });
  }

  /** Changes the colours of VS Code and waits until they show. */
  async setTheme(theme: Theme): Promise<void> {
    const { name, mark } = themes[theme];
    const shown = this.page.locator(`.monaco-workbench[class*="themes-${mark}-json"]`);
    // A window that has just opened may not watch its settings yet: what is written then, it misses.
    await until(`The theme ${name}`, async () => {
      this.changeSettings({ 'workbench.colorTheme': name });
      await shown.waitFor({ timeout: 3000 });
      return true;
    });
  }

  /** Takes a picture of the window, or of a part of it: `out/screenshots/NAME.png`. */
  async screenshot(name: string, part?: Locator | Area): Promise<string> {
    fs.mkdirSync(screenshotFolder, { recursive: true });
    const file = path.join(screenshotFolder, `${name}.png`);
    const options = { path: file, animations: 'disabled' } as const;
    if (!part) await this.page.screenshot(options);
    else if ('width' in part) await this.page.screenshot({ ...options, clip: part });
    else await part.screenshot(options);
    return file;
  }
}

/** A part of the window, in CSS pixels from its upper left corner. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const activitySelector =
  '.activitybar .action-item:has([class*="workbench-view-extension-browserUseTasks-"])';

const themes: Readonly<Record<Theme, { name: string; mark: string }>> = {
  light: { name: 'Default Light Modern', mark: 'light_modern' },
  dark: { name: 'Default Dark Modern', mark: 'dark_modern' },
  highContrast: { name: 'Default High Contrast', mark: 'hc_black' },
  highContrastLight: { name: 'Default High Contrast Light', mark: 'hc_light' },
};

async function openPage(
  context: BrowserContext,
  { url }: RunningCode,
  folder: string | undefined,
): Promise<Page> {
  const { page } = await openWindow(context, { url, ...(folder === undefined ? {} : { folder }) });
  page.setDefaultTimeout(20_000);
  await waitForWorkbench(page);
  return page;
}

async function waitForWorkbench(page: Page): Promise<void> {
  await page.locator(activitySelector).waitFor({ timeout: 60_000 });
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\\s*$`);
}
