import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../launch/openWindow';
import { until } from './until';
import type { WebWindow } from './webWindowPage';

declare const webWindow: WebWindow;

describe('the contest of windows in a browser', function () {
  this.timeout(60_000);
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(__dirname, 'webWindowPage.ts')],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
    });
    const script = outputFiles[0]?.text ?? '';
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><script>${script}</script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await startBrowser();
  });

  after(async () => {
    await browser.close();
    server.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
  });

  afterEach(() => context.close());

  async function open(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return page;
  }

  const role = (page: Page): Promise<string> => page.evaluate(() => webWindow.role);
  const peerCount = (page: Page): Promise<number> => page.evaluate(() => webWindow.peers.length);
  const heard = (page: Page): Promise<string[]> => page.evaluate(() => webWindow.heard);

  /** Opens windows one after another; the first one leads. */
  async function openThree(): Promise<[Page, Page, Page]> {
    const pages: [Page, Page, Page] = [await open(), await open(), await open()];
    await until('a leader', async () => (await role(pages[0])) === 'leads');
    await until('followers', async () => (await peerCount(pages[0])) === 2);
    return pages;
  }

  it('gives the seat to the first, and lets the others follow', async () => {
    const pages = await openThree();
    assert.deepEqual(await Promise.all(pages.map(role)), ['leads', 'follows', 'follows']);
  });

  it('carries messages both ways, in order, and to nobody else', async () => {
    const [first, second, third] = await openThree();
    await second.evaluate(() => ['one', 'two'].forEach((text) => webWindow.leader?.send(text)));
    await until('both messages', async () => (await heard(first)).length === 2);
    assert.deepEqual(await heard(first), ['one', 'two']);
    await first.evaluate(() => webWindow.peers.forEach((peer) => peer.send('to all')));
    await until('the answers', async () => (await heard(third)).length === 1);
    assert.deepEqual(await heard(second), ['to all']);
    assert.deepEqual(await heard(third), ['to all']);
  });

  it('tells the leader when a window has gone', async () => {
    const [first, , third] = await openThree();
    await third.close();
    await until('one peer less', async () => (await peerCount(first)) === 1);
  });

  it('passes the seat on when the tab of its owner closes', async () => {
    const [first, second, third] = await openThree();
    await first.close();
    await until('another leader', async () => (await role(second)) === 'leads');
    await until('its follower', async () => (await peerCount(second)) === 1);
    assert.equal(await role(third), 'follows');
  });

  it('passes the seat on when the process of its owner crashes', async () => {
    const [first, second, third] = await openThree();
    await first.goto('chrome://crash').catch(() => undefined);
    await until('another leader', async () => (await role(second)) === 'leads');
    await until('its follower', async () => (await peerCount(second)) === 1);
    assert.equal(await role(third), 'follows');
  });

  it('gives the seat to another when its owner yields, who then follows', async () => {
    const [first, second] = await openThree();
    await first.evaluate(() => webWindow.seat.yield());
    await until('another leader', async () => (await role(second)) === 'leads');
    await until('two followers', async () => (await peerCount(second)) === 2);
    assert.equal(await role(first), 'follows');
  });

  it('takes part no more when disposed', async () => {
    const [first, second, third] = await openThree();
    await second.evaluate(() => webWindow.seat.dispose());
    await until('one peer less', async () => (await peerCount(first)) === 1);
    await first.close();
    await until('the third leading', async () => (await role(third)) === 'leads');
    assert.equal(await role(second), 'none');
  });
});
