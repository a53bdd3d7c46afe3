import * as fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { detailsHtml, newNonce } from '../../../src/ui/details/pageView';
import { parseFromPage, type FromPage, type ToPage } from '../../../src/webview/protocol';
import themes from './themes.json';

/** VS Code's own themes: what their colours are was read from VS Code 1.100. */
export type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as ThemeName[];

/** A running details page without VS Code around it: its bundle, its document and policy, and a theme's colours. */
export interface DetailsPage {
  readonly page: Page;
  /** What the page has said so far. */
  readonly messages: readonly FromPage[];
  /** What the page said that is no message. */
  readonly nonsense: readonly unknown[];
  /** Everything that the browser asked of anybody. */
  readonly requests: readonly string[];
  /** Errors of scripts, and what the policy refused. */
  readonly problems: readonly string[];
  send(message: ToPage): Promise<void>;
  /** Changes the colours in the open page, as when the user chooses another theme. */
  showTheme(theme: ThemeName): Promise<void>;
  /** Hides the page and shows it again, as VS Code does: all but its saved state is lost. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface DetailsPageOptions {
  readonly theme: ThemeName;
  readonly width: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** Called for each message of the page, beside its being kept. */
  readonly onMessage?: (message: FromPage, page: DetailsPage) => void;
}

/** Serves the page's bundle on loopback, to pages of one browser. */
export interface DetailsPageServer {
  open(browser: Browser, options: DetailsPageOptions): Promise<DetailsPage>;
  close(): Promise<void>;
}

/** Builds the page as the extension does, and serves it until it is closed. */
export async function serveDetailsPage(): Promise<DetailsPageServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'details-page-'));
  await build({
    entryPoints: [path.resolve(__dirname, '../../../src/webview/page/main.tsx')],
    outfile: path.join(folder, 'webview.js'),
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    target: ['es2022'],
    logLevel: 'warning',
  });
  const server = serve(folder);
  const free: FreePages = new Map();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    open: async (browser, options) => openPage(browser, url, free, options),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

function serve(folder: string): Server {
  return createServer(({ url = '/' }, response) => {
    const name = path.basename(url);
    if (new URL(url, 'http://127.0.0.1').pathname === '/') {
      const origin = `http://127.0.0.1:${(response.socket?.localPort ?? 0).toString()}`;
      const html = detailsHtml({
        cspSource: origin,
        scriptUri: `${origin}/webview.js`,
        styleUri: `${origin}/webview.css`,
        nonce: newNonce(),
        language: 'en',
      });
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    } else if (fs.existsSync(path.join(folder, name))) {
      response.setHeader('content-type', types[path.extname(name)] ?? 'application/octet-stream');
      response.end(fs.readFileSync(path.join(folder, name)));
    } else response.writeHead(404).end();
  });
}

/** A page of the browser, used by one test after the other: a fresh one takes half a second of a processor. */
interface UsedPage {
  readonly page: Page;
  /** Who takes what the page says now. */
  use: PageUse;
}

interface PageUse {
  readonly messages: FromPage[];
  readonly nonsense: unknown[];
  readonly requests: string[];
  readonly problems: string[];
  onMessage(message: FromPage): void;
}

/** Pages of one browser that are free, by whether they want less motion. */
type FreePages = Map<boolean, UsedPage[]>;

async function openPage(
  browser: Browser,
  url: string,
  free: FreePages,
  options: DetailsPageOptions,
): Promise<DetailsPage> {
  const { theme, width, height = 900, reducedMotion = false, onMessage } = options;
  const used = free.get(reducedMotion)?.pop() ?? (await newPage(browser, reducedMotion));
  const { page } = used;
  const use: PageUse = {
    messages: [],
    nonsense: [],
    requests: [],
    problems: [],
    onMessage: (message) => onMessage?.(message, opened),
  };
  const opened: DetailsPage = {
    ...use,
    page,
    send: async (message) => send(page, message),
    showTheme: async (theme) => page.evaluate(`showTheme(${JSON.stringify(theme)})`),
    async reload() {
      await page.reload();
    },
    async close() {
      // A test may have led it elsewhere, where nothing can be stored.
      await page.evaluate(() => sessionStorage.clear()).catch(() => undefined);
      await page.goto('about:blank');
      used.use = nobody;
      free.set(reducedMotion, [...(free.get(reducedMotion) ?? []), used]);
    },
  };
  used.use = use;
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  await page.goto(`${url}/?theme=${theme}`);
  return opened;
}

/** Takes what nobody waits for. */
const nobody: PageUse = {
  messages: [],
  nonsense: [],
  requests: [],
  problems: [],
  onMessage: () => undefined,
};

async function newPage(browser: Browser, reducedMotion: boolean): Promise<UsedPage> {
  const context: BrowserContext = await browser.newContext({
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
  });
  const page = await context.newPage();
  const used: UsedPage = { page, use: nobody };
  page.on('request', (request) => used.use.requests.push(request.url()));
  page.on('pageerror', (error) => used.use.problems.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error') used.use.problems.push(line.text());
  });
  await page.exposeFunction('onMessage', (raw: unknown) => {
    const { messages, nonsense } = used.use;
    const message = parseFromPage(raw);
    if (!message) nonsense.push(raw);
    else {
      messages.push(message);
      used.use.onMessage(message);
    }
  });
  await page.addInitScript({ content: standInForVsCode });
  return used;
}

const fonts = {
  '--vscode-font-family': 'system-ui, "DejaVu Sans", sans-serif',
  '--vscode-font-size': '13px',
  '--vscode-editor-font-family': '"Droid Sans Mono", "DejaVu Sans Mono", monospace',
  '--vscode-editor-font-size': '14px',
};

/**
 * What VS Code gives to a webview, run before the page's own script, which is deferred; and `showTheme`, which does what
 * VS Code does when the user chooses another theme.
 * As text: the compiler of the test runner would add calls to functions that the page doesn't have.
 */
const standInForVsCode = `
    globalThis.acquireVsCodeApi = () => ({
      postMessage: (message) => void onMessage(message),
      getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
    });
    globalThis.showTheme = (name) => {
      const { bodyClass, colors } = ${JSON.stringify(themes)}[name];
      document.documentElement.removeAttribute('style');
      for (const [name, value] of Object.entries({ ...${JSON.stringify(fonts)}, ...colors }))
        document.documentElement.style.setProperty(name, value);
      document.body.className = bodyClass;
    };
    document.addEventListener('readystatechange', () => {
      const theme = new URLSearchParams(location.search).get('theme');
      if (theme) showTheme(theme);
    });`;

/** Bytes go as text: what crosses into the browser here is JSON. */
async function send(page: Page, message: ToPage): Promise<void> {
  const picture = message.type === 'picture' ? message.picture : undefined;
  const bytes = picture && Buffer.from(picture.bytes).toString('base64');
  await page.evaluate(
    ({ message, bytes }) => {
      const data: Record<string, unknown> = { ...message };
      if (bytes !== undefined)
        data['picture'] = {
          ...(data['picture'] as object),
          bytes: Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)),
        };
      window.postMessage(data, window.location.origin);
    },
    {
      message:
        message.type === 'picture'
          ? { ...message, picture: picture && { type: picture.type } }
          : message,
      bytes,
    },
  );
}
