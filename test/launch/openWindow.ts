import * as path from 'node:path';
import { format } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findBrowser } from './findBrowser';
import { printLine, type PrintLine } from './progress';

/**
 * Starts a browser that shows nothing and calls nobody. The caller closes it.
 *
 * @throws {Error} when there is none; see `findBrowser`.
 */
export async function startBrowser(print: PrintLine = printLine): Promise<Browser> {
  return chromium.launch({
    executablePath: await findBrowser(print),
    args: [
      // Chromium refuses to run its sandbox as root, and in most containers.
      '--no-sandbox',
      '--disable-gpu',
      // Nor does it draw by a graphics card's stand-in, which takes a processor.
      '--disable-gpu-compositing',
      '--disable-software-rasterizer',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A page under test reaches this machine only, whatever link it follows.
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
    ],
  });
}

/** What a window of VS Code shows and runs. */
export interface WindowOptions {
  /** The URL of a running server. */
  url: string;
  /** The folder to open, on this machine; an empty window without it. */
  folder?: string;
  /** An unpackaged extension to load: the folder of its package.json. */
  developmentFolder?: string;
  /** A module whose `run()` runs in the extension host; the window reports how it ended. */
  testModule?: string;
  /** Takes the lines that extension host and window report when tests run. */
  onLog?: (level: string, line: string) => void;
}

/** An open window of VS Code: a page of a browser. */
export interface CodeWindow {
  readonly page: Page;
  /** Settles with the exit code of the tests; never, when the window runs none. */
  readonly exitCode: Promise<number>;
}

/**
 * Opens a window of VS Code in a browser. Windows in one context share their user's settings and
 * state, those in different contexts are different users. Closing page or context closes it.
 */
export async function openWindow(
  context: BrowserContext,
  { url, folder, developmentFolder, testModule, onLog }: WindowOptions,
): Promise<CodeWindow> {
  const page = await context.newPage();
  // The functions that Playwright carries into pages come from esbuild, which names them with this.
  await page.addInitScript('globalThis.__name ??= (named) => named');
  await page.addInitScript(nameServerOfUserData);
  const exitCode = new Promise<number>((resolve, reject) => {
    page.on('crash', () => reject(new Error('The page of VS Code crashed.')));
    void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
  });
  // Nobody may be waiting for it when a window runs no tests.
  exitCode.catch(() => undefined);
  await page.exposeFunction('codeAutomationLog', (level: string, args: unknown[]) => {
    onLog?.(level, format(...args));
  });
  await page.goto(windowUrl(url, { folder, developmentFolder, testModule }));
  return { page, exitCode };
}

/**
 * The server build names the folder of the user's data without the server that it lies on. So a window hears of no
 * change in it, as it would on a desktop when somebody edits the user's settings.
 */
const nameServerOfUserData = `
  if (window === window.top)
    new MutationObserver((_, observer) => {
      const element = document.getElementById('vscode-workbench-web-configuration');
      if (!element) return;
      observer.disconnect();
      const settings = JSON.parse(element.dataset.settings);
      settings.userDataPath = '//' + location.host + '/' + settings.userDataPath.replace(/^\\//, '');
      element.dataset.settings = JSON.stringify(settings);
    }).observe(document, { childList: true, subtree: true });`;

function windowUrl(
  url: string,
  {
    folder,
    developmentFolder,
    testModule,
  }: Record<'folder' | 'developmentFolder' | 'testModule', string | undefined>,
): string {
  const authority = new URL(url).host;
  const remote = (file: string) => `vscode-remote://${authority}${uriPath(file)}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  if (developmentFolder) payload.push(['extensionDevelopmentPath', remote(developmentFolder)]);
  if (testModule) payload.push(['extensionTestsPath', remote(testModule)]);
  const query = new URLSearchParams(folder ? { folder: uriPath(folder) } : { ew: 'true' });
  query.set('payload', JSON.stringify(payload));
  return `${url}/?${query.toString()}`;
}

/** The path of a file in a URI: `C:\a` is `/C:/a`. */
function uriPath(file: string): string {
  const forward = path.resolve(file).replaceAll('\\', '/');
  return forward.startsWith('/') ? forward : `/${forward}`;
}
