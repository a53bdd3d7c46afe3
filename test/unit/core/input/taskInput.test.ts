import assert from 'node:assert/strict';
import {
  maxSessionsAtOnce,
  maxTasksAtOnce,
  parseTaskInput,
} from '../../../../src/core/input/taskInput';
import { rejectedMessage } from '../../../../src/core/tracking/trackingMessages';

const uuid = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';
const other = '5c3f1f6e-2f1d-4c86-b1a2-93a0a2b7c9d4';

function ids(text: string): string[] {
  return parseTaskInput(text, 'v2').refs.map(({ apiVersion, id }) => `${apiVersion}/${id}`);
}

describe('parseTaskInput', () => {
  it('takes IDs apart by spaces, commas, semicolons and newlines', () => {
    for (const between of [' ', ', ', '\n', '\r\n', ';', '\t', ' ,\n '])
      assert.deepEqual(ids(`${uuid}${between}${other}`), [`v2/${uuid}`, `v2/${other}`]);
  });

  it("takes v1's IDs, whatever they look like", () => {
    assert.deepEqual(parseTaskInput('task_1234567890abcdef', 'v1').refs, [
      { apiVersion: 'v1', id: 'task_1234567890abcdef' },
    ]);
  });

  it('reads through quotes, brackets and full stops of a list or a log line', () => {
    assert.deepEqual(ids(`["${uuid}", '${other}'].`), [`v2/${uuid}`, `v2/${other}`]);
    assert.deepEqual(ids(`<${uuid}>`), [`v2/${uuid}`]);
  });

  it('writes UUIDs in lower case and leaves other IDs as they are', () => {
    assert.deepEqual(ids(uuid.toUpperCase()), [`v2/${uuid}`]);
    assert.deepEqual(ids('task_ABC1'), ['v2/task_ABC1']);
    for (const id of ['1a', 'abcdef1', '2026-ab', 'keyboard_1 task_2', '(((a1))).'])
      assert.deepEqual(
        ids(id),
        id.split(' ').map((each) => `v2/${each.replace(/[().]/gu, '')}`),
        id,
      );
  });

  it('takes the version from an API URL or a prefix', () => {
    const base = 'https://api.browser-use.com/api';
    assert.deepEqual(ids(`${base}/v2/tasks/${uuid}/status`), [`v2/${uuid}`]);
    assert.deepEqual(ids(`${base}/v1/task/${uuid}`), [`v1/${uuid}`]);
    assert.deepEqual(ids(`v1/${uuid} v2:${other}`), [`v1/${uuid}`, `v2/${other}`]);
  });

  it('takes a prefix for a version only where it is one', () => {
    assert.deepEqual(ids(`xv1/${uuid}`), [`v2/${uuid}`]);
    for (const text of [`v5/${uuid}`, 'v1/a1/b2', 'v5:a1'])
      assert.equal(parseTaskInput(text, 'v2').rejected.length, 1, text);
    // An ID may begin as a version does.
    assert.deepEqual(ids('v1'), ['v2/v1']);
  });

  it('tells which regions of Browser Use Cloud its links lead to', () => {
    const regions = (text: string) => parseTaskInput(text, undefined).regions;
    assert.deepEqual(regions(`https://cloud.eu.browser-use.com/runs/${uuid}`), ['eu']);
    assert.deepEqual(regions(`https://api.eu.browser-use.com:443/api/v4/runs/${uuid}`), ['eu']);
    assert.deepEqual(regions(`https://cloud.browser-use.com/agent/${uuid} ${other}`), ['us']);
    assert.deepEqual(regions('https://cloud.eu.browser-use.com/tasks/task_1'), ['eu']);
    assert.deepEqual(regions(`${uuid} https://localhost/api/v2/tasks/${other}`), []);
    assert.deepEqual(regions(`https://eu.evil.example/tasks/${uuid}`), []);
  });

  it('leaves to the cloud what no version is told of, and none is set', () => {
    const input = parseTaskInput(
      `v2/${uuid} ${other} ${other} session: 3fa85f64-5717-4562-b3fc-2c963f66afa6`,
      undefined,
    );
    assert.deepEqual(input.refs, [{ apiVersion: 'v2', id: uuid }]);
    assert.deepEqual(input.ids, [other]);
    assert.equal(input.duplicates, 1);
    const many = (prefix: string) =>
      Array.from({ length: 600 }, (_, index) => `${prefix}task_${index}`).join(' ');
    const both = parseTaskInput(`${many('v1/')} ${many('other')}`, undefined);
    assert.deepEqual([both.refs.length, both.ids.length], [600, 400]);
    assert.deepEqual(both.beyond, { tasks: 200, sessions: 0 });
  });

  it('takes a session for what the set version has: a task in v3, none in v1', () => {
    const link = `https://cloud.browser-use.com/agent/${uuid}`;
    assert.deepEqual(parseTaskInput(link, 'v3').refs, [{ apiVersion: 'v3', id: uuid }]);
    assert.deepEqual(parseTaskInput(link, 'v1').sessions, [{ id: uuid }]);
    assert.deepEqual(parseTaskInput(link, undefined).sessions, [{ id: uuid }]);
    assert.deepEqual(parseTaskInput(link, 'v4').sessions, [{ id: uuid, apiVersion: 'v4' }]);
  });

  it('takes the version of a link that tells none from the choice', () => {
    for (const text of [
      `https://cloud.browser-use.com/tasks/${uuid}`,
      `http://127.0.0.1:8080//x/tasks//${uuid}/`,
    ])
      for (const apiVersion of ['v1', 'v2'] as const)
        assert.deepEqual(parseTaskInput(text, apiVersion).refs, [{ apiVersion, id: uuid }]);
    assert.deepEqual(parseTaskInput(`https://api.example/api/v2/tasks/${uuid}`, 'v1').refs, [
      { apiVersion: 'v2', id: uuid },
    ]);
    assert.deepEqual(ids(`https://other.example/tasks/${uuid}`), [], 'another site’s');
  });

  it('takes only Browser Use’s hosts and this machine’s for its own', () => {
    for (const host of [
      'browser-use.com',
      'cloud.eu.browser-use.com:8443',
      'localhost:3000',
      '127.0.0.1',
      '[::1]:80',
    ])
      assert.deepEqual(ids(`http://${host}/tasks/${uuid}`), [`v2/${uuid}`], host);
    for (const host of [
      'evilbrowser-use.com',
      'browser-use.com.evil.example',
      'xlocalhost',
      'localhost.evil.example',
      '127.evil.example',
      'x127.0.0.1.example',
    ])
      assert.deepEqual(ids(`http://${host}/tasks/${uuid}`), [], host);
  });

  it('reads the parameters of its own links, and of others only those that say what they are', () => {
    const own = 'https://cloud.browser-use.com/';
    assert.deepEqual(ids(`${own}?id=${uuid}`), [`v2/${uuid}`]);
    assert.deepEqual(ids(`${own}#task=${uuid}&x`), [`v2/${uuid}`]);
    const detour = (link: string) => `HTTPS://other.example/?to=${encodeURIComponent(link)}`;
    assert.deepEqual(ids(detour(detour(`${own}runs/${uuid}`))), [`v2/${uuid}`]);
    assert.deepEqual(ids(`${detour(`https://other.example/runs/${uuid}`)} ${other}`), [
      `v2/${other}`,
    ]);
    const { sessions } = parseTaskInput(`https://other.example/?session=${uuid}`, 'v2');
    assert.deepEqual(sessions, [{ id: uuid, apiVersion: 'v2' }]);
    for (const link of [
      `${own}?${uuid}`,
      `${own}?user=${uuid}`,
      `https://other.example/?id=${uuid}`,
    ])
      assert.deepEqual(ids(link), [], link);
  });

  it('reads a call of each version’s API behind a proxy, and no other call', () => {
    const base = 'https://proxy.example:8443/browser-use/api';
    assert.deepEqual(ids(`${base}/v4/runs/${uuid}/events`), [`v4/${uuid}`]);
    assert.deepEqual(ids(`${base}/v3/sessions/${uuid}/messages`), [`v3/${uuid}`]);
    assert.deepEqual(parseTaskInput(`${base}/v4/sessions/${uuid}`, undefined).sessions, [
      { apiVersion: 'v4', id: uuid },
    ]);
    for (const call of ['v1/runs', 'v2/runs', 'v3/runs', 'v3/tasks', 'v4/tasks', 'v4/workspaces'])
      assert.deepEqual(ids(`${base}/${call}/${uuid}`), [], call);
  });

  it('reads an API URL of a session, and no other word in its place', () => {
    const sessions = (text: string) => parseTaskInput(text, 'v2').sessions.map(({ id }) => id);
    assert.deepEqual(
      sessions(`https://api.browser-use.com/api/v2/sessions/${uuid.toUpperCase()}`),
      [uuid],
    );
    assert.deepEqual(sessions('https://cloud.browser-use.com/agent/new1'), []);
    assert.deepEqual(sessions('https://cloud.browser-use.com/agent'), []);
    assert.deepEqual(ids(`https://cloud.browser-use.com/agent/new1/${uuid}`), [`v2/${uuid}`]);
  });

  it('takes only a whole UUID of a page for a task', () => {
    for (const part of [`x${uuid}`, `${uuid}x`])
      assert.deepEqual(ids(`https://cloud.browser-use.com/runs/${part}`), []);
    assert.deepEqual(ids(`x${uuid.toUpperCase()}`), [`v2/x${uuid.toUpperCase()}`]);
  });

  it('reads a link to this extension as VS Code itself would follow it', () => {
    for (const program of ['vscode', 'vscode-insiders', 'vscodium']) {
      const link = `${program}://browser-use-tasks.browser-use-tasks/track?id=`;
      assert.deepEqual(ids(`${link}${uuid}`), [`v2/${uuid}`]);
      for (const both of [
        `${uuid},${other}`,
        `${uuid}&id=${other}`,
        `${uuid}%2C${other}`,
        `${uuid}%252C%20${other}`,
        `https%3A%2F%2Fcloud.browser-use.com%2Fruns%2F${uuid},${other}`,
      ])
        assert.deepEqual(ids(`See ${link}${both} for more`), [`v2/${uuid}`, `v2/${other}`], both);
      assert.deepEqual(ids(`${link}v3/${uuid}`), [`v3/${uuid}`]);
      assert.deepEqual(ids(`${link}v1/task_12ab`), ['v1/task_12ab']);
      const { sessions } = parseTaskInput(
        `${link}https://cloud.browser-use.com/agent/${uuid}`,
        'v2',
      );
      assert.deepEqual(sessions, [{ id: uuid, apiVersion: 'v2' }]);
    }
    const many = Array.from({ length: 1000 }, (_, at) => `id=${uuid.slice(0, -4)}${1000 + at}`);
    const { refs } = parseTaskInput(
      `vscode://browser-use-tasks.browser-use-tasks/track?${many.join('&')}`,
      'v2',
    );
    assert.equal(refs.length, 1000);
  });

  it('reads a link to this extension that names a window, or that a redirect leads to', () => {
    const link = `vscode://browser-use-tasks.browser-use-tasks/track?id=${uuid}`;
    assert.deepEqual(ids(`${link}&windowId=_blank`), [`v2/${uuid}`]);
    const to = encodeURIComponent(link);
    assert.deepEqual(ids(`https://vscode.dev/redirect?url=${to}`), [`v2/${uuid}`]);
  });

  it('reads no link to this extension that holds anything else, and none to another', () => {
    const refuses = (link: string): void => {
      const { refs, rejected } = parseTaskInput(link, 'v2');
      assert.deepEqual(refs, [], link);
      assert.equal(rejected.length, 1, link);
    };
    for (const link of [
      `browser-use-tasks.browser-use-tasks/run?id=${uuid}`,
      `browser-use-tasks.browser-use-tasks/track?id=${uuid}&confirm=false`,
      `browser-use-tasks.browser-use-tasks/track?id=${uuid}&session=${other}`,
      `browser-use-tasks.browser-use-tasks/track?id=${uuid}#now`,
      `browser-use-tasks.browser-use-tasks/track?id=https://example.com/tasks/${uuid}`,
      `browser-use-tasks.browser-use-tasks/track?id=`,
      `browser-use-tasks.other/track?id=${uuid}`,
    ])
      refuses(`vscode://${link}`);
    refuses(`https://browser-use-tasks.browser-use-tasks/track?id=${uuid}`);
  });

  it('takes what a page calls a task for one, whatever it looks like, but for a word or a key', () => {
    const page = 'https://cloud.browser-use.com';
    assert.deepEqual(ids(`${page}/tasks/task_1`), ['v2/task_1']);
    assert.deepEqual(ids(`${page}/task/1`), ['v2/1']);
    for (const path of ['tasks/new', 'tasks/a.1', 'tasks/bu_1', 'subtasks/a1', 'tasksheet/a1'])
      assert.deepEqual(ids(`${page}/${path}`), [], path);
  });

  it('takes what stands in a link for the link’s own', () => {
    const why = parseTaskInput('a1://x1', 'v2').rejected[0]?.why ?? '';
    assert.match(why, /web links/u);
    assert.match(parseTaskInput('1a://x1', 'v2').rejected[0]?.why ?? '', /letters, digits/u);
  });

  it('takes an ID of the longest kind, and keeps what stands within', () => {
    assert.deepEqual(ids('x1'.repeat(64)), [`v2/${'x1'.repeat(64)}`]);
    assert.match(parseTaskInput('a.1', 'v2').rejected[0]?.text ?? '', /^a\.1$/u);
    assert.deepEqual(ids(`(((${uuid}))),`), [`v2/${uuid}`]);
  });

  it('knows a session from its dashboard page', () => {
    const input = parseTaskInput(
      `https://cloud.browser-use.com/agent/${uuid} https://cloud.browser-use.com/agent/${uuid}?tab=x`,
      'v2',
    );
    assert.deepEqual(input.refs, []);
    assert.deepEqual(input.sessions, [{ id: uuid, apiVersion: 'v2' }]);
    assert.equal(input.duplicates, 1);
  });

  it('takes the only UUID of another page for a task', () => {
    assert.deepEqual(ids(`https://cloud.browser-use.com/runs/${uuid}`), [`v2/${uuid}`]);
  });

  it('counts duplicates and keeps one', () => {
    const input = parseTaskInput(`${uuid} ${uuid} v2/${uuid} v1/${uuid}`, 'v2');
    assert.equal(input.refs.length, 2);
    assert.equal(input.duplicates, 2);
  });

  for (const [text, why] of [
    ['hello', /word/u],
    ['4312', /number/u],
    ['2026-01-13', /date/u],
    ['00000000-0000-0000-0000-000000000000', /zeros/u],
    ['a(b1', /letters, digits/u],
    ['abcdef1…', /not a whole UUID/u],
    ['ab12..34', /letters, digits/u],
    ['v12:a1', /letters, digits/u],
    ['bu_1234567890', /API key/u],
    ['../../etc/passwd1', /letters, digits/u],
    ['a1%2F..%2Fb', /letters, digits/u],
    ['x1'.repeat(65), /at most 128/u],
    ['javascript:alert(1)', /letters, digits/u],
    ['ftp://example.com/1', /web links/u],
    ['https://example.com/', /no task ID/u],
    ['https://[', /not a whole URL/u],
    [`https://example.com/${uuid}/${other}`, /no task ID/u],
  ] as const) {
    it(`says what is wrong with ${text.slice(0, 30)}`, () => {
      const input = parseTaskInput(text, 'v2');
      assert.deepEqual(input.refs, []);
      assert.equal(input.rejected.length, 1);
      assert.match(input.rejected[0]?.why ?? '', why);
    });
  }

  it('takes the good and names the bad of one list', () => {
    const input = parseTaskInput('a1 nonsense b2', 'v2');
    assert.equal(input.refs.length, 2);
    assert.deepEqual(
      input.rejected.map(({ text }) => text),
      ['nonsense'],
    );
    const link = 'https://user:secret@other.example/a/b?c=d';
    assert.equal(parseTaskInput(link, 'v2').rejected[0]?.text, 'https://other.example/a/b');
  });

  it('finds nothing in nothing', () => {
    for (const text of ['', '  \n,', '"" ()'])
      assert.deepEqual(parseTaskInput(text, 'v2'), {
        refs: [],
        ids: [],
        sessions: [],
        regions: [],
        duplicates: 0,
        rejected: [],
        beyond: { tasks: 0, sessions: 0 },
      });
  });

  it('takes no more than a thousand at once and says so', () => {
    const input = parseTaskInput(
      Array.from({ length: maxTasksAtOnce + 5 }, (_, index) => `task_${index}`).join(' '),
      'v2',
    );
    assert.equal(input.refs.length, maxTasksAtOnce);
    assert.deepEqual(input.rejected, []);
    assert.deepEqual(input.beyond, { tasks: 5, sessions: 0 });
    assert.equal(
      rejectedMessage(input),
      '5 more tasks are left out: at most 1,000 are tracked at once',
    );
  });

  it('takes no more than two hundred sessions at once and says so', () => {
    const input = parseTaskInput(
      Array.from(
        { length: maxSessionsAtOnce + 1 },
        (_, index) => `https://cloud.browser-use.com/agent/${uuid.slice(0, -4)}${1000 + index}`,
      ).join('\n'),
      'v2',
    );
    assert.equal(input.sessions.length, maxSessionsAtOnce);
    assert.equal(
      rejectedMessage(input),
      '1 more session is left out: at most 200 are looked up at once',
    );
  });

  it('reads IDs that are no UUIDs at the beginning of a long text only, and says so', () => {
    const text = `task_1 ${' '.repeat(199_987)}task_2`;
    assert.deepEqual(parseTaskInput(text, 'v2').rejected, []);
    const { refs, rejected } = parseTaskInput(`${text}3 task_4`, 'v2');
    assert.deepEqual(
      refs.map(({ id }) => id),
      ['task_1', 'task_2'],
    );
    assert.match(rejected[0]?.why ?? '', /^in a text this long/u);
  });

  it('copes with a paste of megabytes', () => {
    const input = parseTaskInput('9'.repeat(5_000_000), 'v2');
    assert.equal(input.refs.length, 0);
  });
});
