import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createCloud } from '../../src/api/index';
import { defaultLimits } from '../../src/api/http';
import { maxDepth, parseBoundedJson } from '../../src/api/boundedJson';
import { apiVersions } from '../../src/core/cloud/versionList';
import { CloudError } from '../../src/core/cloud/errors';
import type { Cloud } from '../../src/core/cloud/taskClient';
import { taskViewOf } from '../../src/core/details/detailsView';
import { safeFileName } from '../../src/core/text/fileName';
import { outputLinks } from '../../src/core/text/outputLinks';
import { safeLink } from '../../src/core/text/safeLink';
import { taskTitle } from '../../src/core/labels/taskLabels';
import { tooltipLines } from '../../src/core/labels/tooltipLines';
import { parseFromPage } from '../../src/webview/protocol';
import { aTask } from '../fakes/aTask';
import { firstPage } from '../fakes/clientPages';
import { hostileFileNames, hostileKinds, hostileTexts } from '../fakes/hostileTasks';
import { never } from '../fakes/never';
import { assertNoKey, canaryKey, failureOf } from './api/canary';
import { localServers } from './api/localServer';
import { hostileDetails, showsSecret, unseen } from './core/details/hostileDetails';
import { plainLabel, plainMessage } from '../../src/core/text/plainText';

// Each name begins with a line of the project's list of what is secure. What needs an editor is in test/host/security.test.ts.
describe('security 3: task IDs are always encoded', () => {
  const serve = localServers();

  it('in every question, whatever stands in them', async () => {
    const server = await serve((_request, response) => response.writeHead(404).end());
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey });
    const id = '../../billing?x=#/..;%2F\\';
    for (const version of apiVersions) {
      const client = cloud.client(version);
      const file = { id, name: id };
      for (const poll of [
        () => client.getStatus(id, never),
        () => client.getTask(id, never),
        () => client.getFileUrl(id, file, never),
        () => client.shareSession(id, never),
        () => client.getShare(id, never),
        () => client.unshareSession(id, never),
      ])
        await poll().catch(() => undefined);
    }
    assert.ok(server.requests.length >= 4 * apiVersions.length);
    for (const { url } of server.requests) {
      assert.ok(url.includes(encodeURIComponent(id)), url);
      assert.doesNotMatch(url, /\/billing|\?|#/u);
    }
  });
});

describe('security 4: a canary key appears in no error or util.inspect(error)', () => {
  const serve = localServers();

  it('of any call, whatever the server answers with it', async () => {
    const server = await serve((request, response) => {
      // A server that tells back whatever it was told.
      response.writeHead(500, { 'content-type': 'application/json', 'x-echo': canaryKey });
      response.end(JSON.stringify({ detail: inspect(request.headers) }));
    });
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey });
    for (const version of apiVersions) {
      const client = cloud.client(version);
      const calls: (() => Promise<unknown>)[] = [
        () => client.getStatus('a', never),
        () => client.getDetails('a', never),
        () => client.getFileUrl('a', { id: 'f', name: 'f' }, never),
        () => client.findSessionTasks('s', never),
        () => client.shareSession('s', never),
        () => client.getShare('s', never),
        () => client.unshareSession('s', never),
        () => client.getAccount(never),
      ];
      for (const call of calls) assertNoKey(await failureOf(call()));
    }
    assertNoKey(cloud);
    for (const version of apiVersions) assertNoKey(cloud.client(version));
    assertNoKey(await failureOf(cloud.download(`${server.url}/x`, { maxBytes: 1, signal: never })));
  });
});

describe('security 4: nor in what is read', () => {
  const serve = localServers();
  const answered = async <T>(body: object, read: (cloud: Cloud) => Promise<T>, key = canaryKey) => {
    const server = await serve((_request, response) => void response.end(JSON.stringify(body)));
    return read(createCloud({ baseUrl: server.url, key }));
  };

  it('of a status, with the error of a self-hosted server', async () => {
    const body = { status: 'failed', result: null, error: `Invalid key ${canaryKey}` };
    const update = await answered(body, (cloud) => cloud.client('v1').getStatus('a', never));
    assert.equal(update.output, 'Invalid key [key]');
  });

  it('of a list, an account and the cost of a session, also as the name of a field', async () => {
    const list = {
      items: [{ id: 'a', status: 'failed', task: `Use ${canaryKey}` }],
      totalItems: 1,
    };
    const { tasks } = await answered(list, (cloud) => firstPage(cloud.client('v2'), {}, never));
    assert.equal(tasks[0]?.prompt, 'Use [key]');
    const account = { name: `Owner of ${canaryKey}` };
    const { description } = await answered(account, (cloud) =>
      cloud.client('v3').getAccount(never),
    );
    assert.equal(description, 'Owner of [key]');
    const cost = await answered({ [canaryKey]: '1' }, (cloud) =>
      cloud.client('v4').getSessionCost('s', never),
    );
    assert.deepEqual(cost, [{ name: '[key]', amount: '1' }]);
  });

  it('as it stands in a link, and in JSON within JSON', async () => {
    const key = `${canaryKey}/+=`;
    const inJson = JSON.stringify({ go: key });
    const link = `https://live.example/?key=${encodeURIComponent(key)}`;
    const step = { actions: [inJson, JSON.stringify(inJson)], screenshotUrl: link };
    const body = { status: 'started', metadata: inJson, output: { key }, steps: [step] };
    const task = await answered(body, (cloud) => cloud.client('v2').getTask('a', never), key);
    assertNoKey(task);
    assert.equal(task.metadata, '{"go":"[key]"}');
    assert.equal(task.output, '{"key":"[key]"}');
    assert.equal(task.steps[0]?.screenshotUrl, 'https://live.example/?key=[key]');
  });

  it('with signs spelled out, as some servers write them', async () => {
    const key = `${canaryKey}/x`;
    const inJson = JSON.stringify({ go: key }).replaceAll('/', '\\/');
    const bodies = [
      JSON.stringify({ status: 'started', task: `Use ${key}`, metadata: inJson }).replaceAll(
        '/',
        '\\/',
      ),
      `{"status":"started","task":"Use ${key.replaceAll('_', '\\u005f')}","metadata":"{}"}`,
    ];
    for (const body of bodies) {
      const server = await serve((_request, response) => void response.end(body));
      const cloud = createCloud({ baseUrl: server.url, key });
      const task = await cloud.client('v2').getTask('a', never);
      assert.equal(task.prompt, 'Use [key]');
      assertNoKey(task);
    }
  });

  it('while a text that is too short for a key stays in words that have it', async () => {
    const body = { status: 'started', task: 'A short task' };
    const { prompt } = await answered(
      body,
      (cloud) => cloud.client('v2').getTask('a', never),
      'ta',
    );
    assert.equal(prompt, 'A short task');
  });

  it('while a key that is a mere word stays in the fields and words that it is', async () => {
    const body = { status: 'finished', task: 'A finished task' };
    const task = await answered(
      body,
      (cloud) => cloud.client('v2').getTask('a', never),
      'finished',
    );
    assert.equal(task.status, 'finished');
    assert.equal(task.prompt, 'A finished task');
  });
});

describe('security 4: a key that is too short for one', () => {
  const serve = localServers();

  it('leaves the words of an error readable', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ detail: 'The service rests' }));
    });
    const cloud = createCloud({ baseUrl: server.url, key: 'e' });
    const { details, message } = await failureOf(cloud.client('v2').getStatus('a', never));
    assert.equal(details?.text, 'The service rests');
    assert.doesNotMatch(message, /\[k/u);
  });
});

describe('security 5: presigned downloads', () => {
  const serve = localServers();
  const cloud = createCloud({ baseUrl: 'https://api.example', key: canaryKey });

  it('are https only, and never of another scheme', async () => {
    for (const url of [
      'http://store.example/a',
      'http://127.0.0.1:1/a',
      'file:///etc/passwd',
      'data:text/plain,a',
      'javascript:alert(1)',
      'ftp://store.example/a',
      'https://user:secret@store.example/a',
    ]) {
      const error = await failureOf(cloud.download(url, { maxBytes: 1, signal: never }));
      assert.equal(error.kind, 'badAnswer', url);
    }
  });

  it('carry no key header, end at the size cap and stop in mid-stream', async () => {
    const server = await serve((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(50_000)));
      };
      response.on('drain', pour);
      pour();
    });
    const local = createCloud({ baseUrl: server.url, key: canaryKey }, defaultLimits);
    const capped = local.download(server.url, { maxBytes: 1_000_000, signal: never });
    assert.equal((await failureOf(capped)).kind, 'tooLarge');
    await server.firstClosed;
    const controller = new AbortController();
    const stopped = local.download(server.url, {
      maxBytes: 1_000_000_000,
      signal: controller.signal,
      onProgress: (received) => {
        if (received > 200_000) controller.abort();
      },
    });
    await assert.rejects(stopped, { name: 'AbortError' });
    for (const { headers } of server.requests) assert.doesNotMatch(inspect(headers), /bu_canary/u);
  });
});

describe('security 6: file names from the API', () => {
  for (const name of hostileFileNames)
    it(`are made harmless: ${JSON.stringify(name.slice(0, 40))}`, () => {
      const safe = safeFileName(name);
      assert.doesNotMatch(safe, /[/\\:*?"<>|\p{Cc}\p{Cf}]/u);
      assert.doesNotMatch(safe, /^[.\s]|[.\s]$/u);
      assert.doesNotMatch(safe, /^(?:con|nul|prn|aux|com\d|lpt\d)(?:\.|$)/iu);
      assert.ok(safe.length > 0 && Buffer.byteLength(safe) <= 200);
    });
});

describe('security 7 and 8: what passes between extension and page', () => {
  it('holds no presigned URL and no link of a session', () => {
    assert.equal(showsSecret(taskViewOf(hostileDetails())), false);
  });

  it('names kinds and positions, never a URL, a path or a command', () => {
    for (const [type, fields] of Object.entries({
      openLink: { link: 'live', index: 0 },
      openText: { part: 'output', index: 0 },
      act: { action: 'share' },
      saveFile: { index: 0 },
      copy: { what: 'id' },
      saveLog: {},
    })) {
      assert.ok(parseFromPage({ type, ...fields }), type);
      for (const more of [
        { url: 'https://evil.example' },
        { path: '/etc/passwd' },
        { id: 'another' },
        { command: 'workbench.action.quit' },
        { key: canaryKey },
      ])
        assert.equal(parseFromPage({ type, ...fields, ...more }), undefined, type);
    }
    for (const text of Object.values(hostileTexts)) {
      assert.equal(parseFromPage(text), undefined);
      assert.equal(parseFromPage({ type: text }), undefined);
      assert.equal(parseFromPage({ type: 'openLink', link: text, index: 0 }), undefined);
      assert.equal(parseFromPage({ type: 'act', action: text }), undefined);
    }
  });
});

describe('security 9: links', () => {
  it('are http and https only, without user-info', () => {
    for (const link of [
      'command:workbench.action.quit',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,x',
      'vscode://file/etc/passwd',
      'vscode-insiders://a',
      'https://user:secret@example.com/',
      'https://user@example.com/',
      '//example.com',
      '/etc/passwd',
      'blob:https://example.com/1',
      'ssh://example.com',
      'mailto:a@example.com',
    ])
      assert.equal(safeLink(link), undefined, link);
  });

  for (const kind of hostileKinds)
    it(`are the only ones found in a hostile output: ${kind}`, () => {
      for (const link of outputLinks(hostileTexts[kind])) {
        assert.match(link, /^https?:\/\/[^@]*$/u);
        assert.equal(safeLink(link), link);
      }
    });
});

describe('security 10: what is shown in one line', () => {
  const options = {
    now: 0,
    pauses: [],
    host: 'api.example',
    baseUrlProblem: undefined,
    formatTime: String,
  };
  for (const kind of hostileKinds)
    it(`holds no control and no bidirectional character, and runs nothing: ${kind}`, () => {
      const text = hostileTexts[kind];
      const task = aTask({ prompt: text, rawStatus: text, model: text, id: text, cost: text });
      for (const line of [...tooltipLines(task, options), taskTitle(task), plainMessage(text)]) {
        assert.doesNotMatch(line, unseen);
        assert.doesNotMatch(line, /\n/u);
      }
      assert.doesNotMatch(plainMessage(text), /\]\(/u);
      assert.doesNotMatch(plainLabel(text), /\$\(/u);
    });
});

describe('security 12: size, depth and array caps before a schema runs', () => {
  const serve = localServers();

  it('stop what is too deep, too long or too large', async () => {
    const bodies: Readonly<Record<string, string>> = {
      deep: `${'['.repeat(maxDepth + 1)}${']'.repeat(maxDepth + 1)}`,
      deeper: '{"a":'.repeat(1_000_000),
      long: `{"steps":[${'{},'.repeat(30_000)}{}]}`,
      large: `{"output":"${'x'.repeat(9 * 1024 * 1024)}"}`,
    };
    for (const [name, body] of Object.entries(bodies)) {
      const server = await serve((_request, response) => response.end(body));
      const client = createCloud({ baseUrl: server.url, key: canaryKey }).client('v2');
      const error = await failureOf(client.getTask('a', never));
      assert.ok(['badAnswer', 'tooLarge'].includes(error.kind), `${name}: ${error.kind}`);
    }
  });

  it('throw errors that hold nothing of the text', () => {
    assert.throws(
      () => parseBoundedJson(`${'['.repeat(1000)}"${canaryKey}"`),
      (error) => !inspect(error).includes('canary') && !(error instanceof CloudError),
    );
  });
});
