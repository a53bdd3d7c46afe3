import assert from 'node:assert/strict';
import { maxTasksAtOnce, parseTaskInput } from '../../../src/core/taskInput';

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
  });

  it('takes the version from an API URL or a prefix', () => {
    const base = 'https://api.browser-use.com/api';
    assert.deepEqual(ids(`${base}/v2/tasks/${uuid}/status`), [`v2/${uuid}`]);
    assert.deepEqual(ids(`${base}/v1/task/${uuid}`), [`v1/${uuid}`]);
    assert.deepEqual(ids(`v1/${uuid} v2:${other}`), [`v1/${uuid}`, `v2/${other}`]);
  });

  it('knows a session from its dashboard page', () => {
    const input = parseTaskInput(
      `https://cloud.browser-use.com/agent/${uuid} https://cloud.browser-use.com/agent/${uuid}?tab=x`,
      'v2',
    );
    assert.deepEqual(input.refs, []);
    assert.deepEqual(input.sessionIds, [uuid]);
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

  it('takes the good and names the bad of one paste', () => {
    const input = parseTaskInput(`${uuid} nonsense ${other}`, 'v2');
    assert.equal(input.refs.length, 2);
    assert.deepEqual(
      input.rejected.map(({ text }) => text),
      ['nonsense'],
    );
  });

  it('finds nothing in nothing', () => {
    for (const text of ['', '  \n,', '"" ()'])
      assert.deepEqual(parseTaskInput(text, 'v2'), {
        refs: [],
        sessionIds: [],
        duplicates: 0,
        rejected: [],
      });
  });

  it('takes no more than a thousand at once and says so', () => {
    const input = parseTaskInput(
      Array.from({ length: maxTasksAtOnce + 5 }, (_, index) => `task_${index}`).join(' '),
      'v2',
    );
    assert.equal(input.refs.length, maxTasksAtOnce);
    assert.equal(input.rejected.length, 5);
  });

  it('copes with a paste of megabytes', () => {
    const input = parseTaskInput('9'.repeat(5_000_000), 'v2');
    assert.equal(input.refs.length, 0);
  });
});
