import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationTarget, workspace } from 'vscode';
import { createCloud } from '../../src/api/index';
import { isCloudError } from '../../src/core/cloud/errors';
import { waitFor } from './waitFor';
import { firstPage } from '../fakes/clientPages';
import { never } from '../fakes/never';

const key = 'bu_for_no_proxy';

describe('a proxy that the user has set', () => {
  let proxy: Server;
  let connected: string[];
  let plain: number;

  beforeEach(async () => {
    connected = [];
    plain = 0;
    proxy = createServer((_request, response) => {
      plain++;
      response.end();
    });
    proxy.on('connect', (request, socket) => {
      connected.push(`${request.url} ${JSON.stringify(request.rawHeaders)}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await setProxy(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  });

  afterEach(async () => {
    await setProxy(undefined);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  // VS Code gives extensions a `fetch` that knows its settings and the environment.
  it('is asked to CONNECT to the cloud, and sees nothing of the request', async () => {
    const cloud = createCloud({ baseUrl: 'https://cloud.example', key });
    const poll = (): Promise<unknown> => firstPage(cloud.client('v2'), {}, never);
    await waitFor('a request through the proxy', async () => {
      await assert.rejects(poll(), (error) => isCloudError(error) && error.kind === 'network');
      return connected.length > 0;
    });
    assert.ok(connected.every((line) => line.startsWith('cloud.example:443 ')));
    assert.ok(connected.every((line) => !line.includes(key)));
    assert.equal(plain, 0);
  });
});

async function setProxy(url: string | undefined): Promise<void> {
  await workspace.getConfiguration('http').update('proxy', url, ConfigurationTarget.Global);
}
