import assert from 'node:assert/strict';
import { mayNameTask } from '../../../../src/core/input/mayNameTask';
import { namedTasksIn } from '../../../../src/core/input/namedTasks';
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
