import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import { isCloudError } from '../../src/core/cloud/errors';
import type { Cloud, TaskClient } from '../../src/core/cloud/taskClient';
import { virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { firstPage } from '../fakes/clientPages';
import { never } from '../fakes/never';

/** @see cloud-api.md §4, as read in the code of public servers */
describe('v1 client and a self-hosted server', function () {
  // Generous, for a busy machine.
  this.timeout(20_000);
  let simulator: Simulator;
  let cloud: Cloud;
  let client: TaskClient;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock(), isSelfHosted: true });
    cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
    client = cloud.client('v1');
  });

  afterEach(() => simulator.close());

  it('reads the status of a task, with its output or error in the end', async () => {
    const { id } = simulator.addTask({ apiVersion: 'v1', prompt: 'x', output: 'Seen' });
    const failing = simulator.addTask({ apiVersion: 'v1', prompt: 'y', end: 'failed' });
    assert.equal((await client.getStatus(id, never)).status, 'running');
    simulator.clock.advance(60_000);
    const ended = await client.getStatus(id, never);
    assert.deepEqual([ended.status, ended.output], ['finished', 'Seen']);
    const failed = await client.getStatus(failing.id, never);
    assert.deepEqual([failed.status, failed.output], ['failed', 'The browser has gone']);
  });

  it('reads times with an offset, and finds what lies on the server', async () => {
    const { id } = simulator.addTask({
      apiVersion: 'v1',
      prompt: 'x',
      files: [{ name: 'a.txt', content: 'A' }],
    });
    const running = await client.getDetails(id, never);
    assert.equal(new URL(running.session?.liveUrl ?? '').origin, simulator.url);
    simulator.clock.advance(60_000);
    const { createdAt = '', finishedAt = '', ...details } = await client.getDetails(id, never);
    assert.ok(Date.parse(finishedAt) > Date.parse(createdAt), `${createdAt} ${finishedAt}`);
    const [screenshot = ''] = details.screenshotUrls;
    const [recording = ''] = details.session?.recordingUrls ?? [];
    const file = await client.getFileUrl(id, { id: 'a.txt', name: 'a.txt' }, never);
    const options = { maxBytes: 10_000_000, signal: never };
    for (const url of [screenshot, recording, file])
      assert.ok((await cloud.download(url, options)).length > 0, url);
  });

  it('says of the list and the account that there are none', async () => {
    for (const call of [firstPage(client, {}, never), client.getAccount(never)])
      await assert.rejects(call, (error) => isCloudError(error) && error.kind === 'notServed');
  });
});
