import assert from 'node:assert/strict';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCloud } from '../../src/api/index';
import { capabilitiesOf } from '../../src/core/cloud/apiVersions';
import type { Cloud, TaskClient } from '../../src/core/cloud/taskClient';
import { apiVersions } from '../../src/core/cloud/versionList';
import { allPages } from '../fakes/clientPages';
import { virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';

const never = new AbortController().signal;
const prefix = '/browser-use/eu';

/** What companies put before a cloud: it serves the API below a path, at a port of its own. */
for (const apiVersion of apiVersions)
  describe(`${apiVersion} behind a base URL with a port and a path`, () => {
    let simulator: Simulator;
    let proxy: Server;
    let cloud: Cloud;
    let client: TaskClient;
    const paths: string[] = [];

    beforeEach(async () => {
      simulator = await startSimulator({ clock: virtualClock(Date.now()) });
      paths.length = 0;
      proxy = createServer((request, response) => {
        const { url = '', method, headers } = request;
        paths.push(url);
        if (!url.startsWith(`${prefix}/api/`)) return void response.writeHead(404).end();
        const target = `${simulator.url}${url.slice(prefix.length)}`;
        const forwarded = forward(target, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        return void request.pipe(forwarded);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const { port } = proxy.address() as AddressInfo;
      cloud = createCloud({
        baseUrl: `http://127.0.0.1:${port}${prefix}/`,
        key: simulatorKey,
      });
      client = cloud.client(apiVersion);
    });

    afterEach(async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await simulator.close();
      assert.deepEqual(
        paths.filter((path) => !path.startsWith(`${prefix}/api/v`)),
        [],
      );
    });

    it('polls a task and reads its details, its files and the lists', async () => {
      const script = { apiVersion, prompt: 'Find a flight', lengthMs: 6_000, steps: 2 };
      const { id } = simulator.addTask({ ...script, files: [{ name: 'a.csv', content: 'a,b' }] });
      simulator.clock.advance(2_000);
      assert.equal((await client.getStatus(id, never)).status, 'running');
      simulator.clock.advance(200_000);
      assert.equal((await client.getTask(id, never)).status, 'finished');
      const { steps, files, unread } = await client.getDetails(id, never);
      assert.deepEqual([steps.length > 0, unread], [true, undefined]);
      const [file] = files;
      assert.ok(file);
      const url = await client.getFileUrl(id, file, never);
      const bytes = await cloud.download(url, { maxBytes: 100, signal: never });
      assert.equal(new TextDecoder().decode(bytes), 'a,b');
      for (const isFull of [false, true]) {
        const [page] = await allPages(client, { isFull }, never);
        assert.deepEqual(
          page?.tasks.map((task) => task.id),
          [id],
        );
      }
      assert.ok((await client.getAccount(never)).description);
    });

    it('starts a task with what it can be given, and stops it', async () => {
      const { runOptions, stops, openSessions } = capabilitiesOf(apiVersion);
      const file = { name: 'b.txt', contentType: 'text/plain', bytes: new Uint8Array([65, 66]) };
      const files = runOptions.has('files')
        ? await client.uploadFiles([file], { signal: never })
        : undefined;
      const { id } = await client.startTask({ prompt: 'Find a flight', files }, never);
      simulator.clock.advance(1_000);
      assert.equal((await client.getStatus(id, never)).status, 'running');
      const { prompts } = await client.listNewestPrompts(undefined, never);
      assert.ok(prompts.some(({ taskId }) => taskId === id));
      const scope = stops.at(-1) ?? 'task';
      await client.stopTask(id, scope, never);
      simulator.clock.advance(10_000);
      assert.equal((await client.checkStop(id, scope, never))?.status, 'stopped');
      if (openSessions) assert.deepEqual((await client.listOpenSessions(never)).open, []);
    });
  });
