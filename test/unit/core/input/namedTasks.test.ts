import assert from 'node:assert/strict';
import { mayNameTask } from '../../../../src/core/input/mayNameTask';
import { namedTasksIn, readTrackUri } from '../../../../src/core/input/namedTasks';
import { parseTaskInput } from '../../../../src/core/input/taskInput';

const id = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a601';
const other = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a602';
const cloud = 'https://cloud.browser-use.com';
const own = 'vscode://browser-use-tasks.browser-use-tasks/track?id=';

describe('the tasks that a line names', () => {
  for (const [line, ...expected] of [
    [`task ${id} started`, `${id}: certain task`],
    [`2026-01-13 12:00:01 INFO run_id=${id} user_id=${other}`, `${id}: certain task`],
    [`const task = "${id}";`, `${id}: certain task`],
    [`session_id=${id}`, `${id}: certain session`],
    [`log of task_${id}.txt`, `${id}: certain task`],
    [`https://example.com/x task ${id}`, `${id}: certain task`],
    [`See ${cloud}/agent/${id}...`, `${cloud}/agent/${id}: certain session`],
    [
      `{"taskId":"${id}","sessionId":"${other}"}`,
      `${id}: certain task`,
      `${other}: certain session`,
    ],
    [`GET /api/v2/tasks/${id}/status 200`, `${id}: certain task`],
    [`v3/${id}`, `${id}: certain task`],
    [`open ${own}${id},${other}`, `${own}${id},${other}: certain task`],
    [`See ${cloud}/agent/${id}, please.`, `${cloud}/agent/${id}: certain session`],
    [`[run](${cloud}/runs/${id})`, `${cloud}/runs/${id}: certain task`],
    [`${cloud}/agent/${id}?taskId=${other}`, `${cloud}/agent/${id}?taskId=${other}: certain task`],
    [
      `http://localhost:8420/api/v2/tasks/${id}`,
      `http://localhost:8420/api/v2/tasks/${id}: certain task`,
    ],
    [id, `${id}: task`],
    [`id: ${id.toUpperCase()}`, `${id.toUpperCase()}: task`],
    [`trace=${id} workspace ${other}`],
    [`https://example.com/items/${id}`],
    [`https://live.browser-use.com?wss=${id}`],
    [`${cloud}/share/${id}`],
    [`00-${id}-01`],
    [`task ${id.slice(0, 30)}`],
    ['00000000-0000-0000-0000-000000000000'],
    [''],
  ] as const)
    it(`in ${JSON.stringify(line)} ${expected.length === 0 ? 'are none' : 'are found'}`, () => {
      const found = namedTasksIn(line);
      assert.deepEqual(
        found.map(
          ({ start, end, kind, isCertain }) =>
            `${line.slice(start, end)}: ${isCertain ? 'certain ' : ''}${kind}`,
        ),
        expected,
      );
      if (found.length > 0) assert.ok(mayNameTask(line), 'the cheap check leaves it out');
    });

  it('are named by a text that means the same by itself', () => {
    for (const line of [`session ${id}`, `/api/v4/sessions/${id}`, `v3/${id}`, `run ${id}`, id]) {
      const [named] = namedTasksIn(line);
      assert.ok(named);
      assert.deepEqual(parseTaskInput(named.text, undefined), parseTaskInput(line, undefined));
    }
    assert.equal(namedTasksIn(id)[0]?.text, id);
    assert.equal(namedTasksIn(`v3/${id}`)[0]?.text, `/api/v3/tasks/${id}`);
  });

  it('are not looked for in most lines', () => {
    for (const line of ['', 'npm warn deprecated', '2026-01-13T12:00:01.123Z a-b-c-d', '-----'])
      assert.ok(!mayNameTask(line), line);
  });

  it('are found in a line of any length in no time, without its end', () => {
    const line = `task ${id} https://`.repeat(2000);
    const found = namedTasksIn(line);
    assert.ok(found.length > 100 && found.length < 300, String(found.length));
    assert.deepEqual(namedTasksIn('a://'.repeat(100_000)), []);
  });
});

const read = (query: string, more: { path?: string; fragment?: string } = {}) =>
  readTrackUri({ path: '/track', query, fragment: '', ...more }, undefined);

describe('a URI that asks to track tasks', () => {
  it('names them by IDs and links, separated by commas or as parameters of their own', () => {
    for (const query of [
      `id=${id},${other}`,
      `id=${id}&id=${other}`,
      `id=${id}%2C%20${other}`,
      `id=${id},,&id=${other}&`,
    ])
      assert.deepEqual(read(query).input?.ids, [id, other], query);
    assert.deepEqual(read(`id=v3/${id}`).input?.refs, [{ apiVersion: 'v3', id }]);
    const link = encodeURIComponent(`https://cloud.browser-use.com/runs/${id}`);
    assert.deepEqual(read(`id=${link}`).input?.ids, [id]);
    assert.deepEqual(read(`id=${id}`, { path: '/track/' }).input?.ids, [id]);
  });

  it('may name a thousand', () => {
    const ids = Array.from({ length: 1000 }, (_, at) => `${id.slice(0, -4)}${1000 + at}`);
    const { input, pieces } = read(`id=${ids.join(',')}`);
    assert.equal(input?.ids.length, 1000);
    assert.equal(pieces?.length, 1000);
  });

  it('is read, however many slashes its path has', () => {
    const path = `/track${'/'.repeat(400_000)}`;
    assert.deepEqual(read(`id=${id}`, { path }).input?.ids, [id]);
    assert.equal(read(`id=${id}`, { path: `${path}x` }).input, undefined);
  });

  it('says that it names no task', () => {
    assert.equal(read('').problem, 'It names no task.');
    assert.equal(read(`id=${id}&x=1`).problem, 'It holds more than the IDs of tasks.');
  });

  for (const [what, query, more] of [
    ['another path', `id=${id}`, { path: '/run' }],
    ['no path', `id=${id}`, { path: '' }],
    ['a path that ends alike', `id=${id}`, { path: '/x/track' }],
    ['an ID by another name', `id=${id}&no=${other}`],
    ['a version within a word', `id=xv3/${id}`],
    ['more behind an ID', `id=v3/${id}/x`],
    ['another parameter beside', `id=${id}&confirm=false`],
    ['another parameter', `prompt=${id}`],
    ['a fragment', `id=${id}`, { fragment: 'x' }],
    ['nothing', ''],
    ['an empty ID', 'id='],
    ['a word beside an ID', `id=${id},everything`],
    ['an ID that is cut', `id=${id.slice(0, 20)}`],
    ['a command', 'id=command:workbench.action.quit'],
    ['another site', `id=https://example.com/tasks/${id}`],
    ['a live browser', `id=https://live.browser-use.com?wss=${id}`],
    ['a key', 'id=bu_0123456789abcdef'],
    ['a version that is not there', `id=v9/${id}`],
    ['broken escapes', 'id=%E0%A4%A'],
    ['more than anybody reads', `id=${`${id},`.repeat(10_000)}`],
  ] as const)
    it(`is refused with ${what}`, () => {
      const { input, problem = '' } = read(query, more);
      assert.equal(input, undefined);
      assert.match(problem, /^It .*\.$/u);
      assert.doesNotMatch(problem, /0123|command|example/u, 'nothing of it is repeated');
    });
});
