import assert from 'node:assert/strict';
import { maxDepth, maxEntries, maxValues, parseBoundedJson } from '../../../src/api/boundedJson';

describe('JSON from strangers', () => {
  const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const list = (entries: number): string => `[${Array(entries).fill('0').join()}]`;

  it('is parsed as ever', () => {
    const values = [
      null,
      'finished',
      '[{"a,b":"\\"}]\\\\',
      { a: [1, { b: '],}{[' }], '"': '\\', 'ä\u2028': '\ud83d\ude00' },
      [],
      {},
    ];
    for (const value of values) {
      assert.deepEqual(parseBoundedJson(JSON.stringify(value)), value);
      assert.deepEqual(parseBoundedJson(JSON.stringify(value, null, 2)), value);
    }
  });

  it('takes the last of duplicate names', () => {
    assert.deepEqual(parseBoundedJson('{"a":1,"a":2}'), { a: 2 });
  });

  it('may be as deep, as long and as large as the caps', () => {
    assert.ok(parseBoundedJson(nest(maxDepth)));
    assert.ok(parseBoundedJson(list(maxEntries)));
    const objects = Array(maxEntries).fill('{"a":1,"b":[1,2]}').join();
    assert.ok(parseBoundedJson(`[${objects}]`));
  });

  it('is refused beyond them, before anything is built', () => {
    assert.throws(() => parseBoundedJson(nest(maxDepth + 1)), /nested deeper than 64/);
    assert.throws(() => parseBoundedJson('[{"a":'.repeat(1_000_000)), /nested deeper/);
    assert.throws(() => parseBoundedJson(list(maxEntries + 1)), /more than 20000 entries/);
    const names = Array.from({ length: maxEntries + 1 }, (_unused, index) => `"${index}":0`);
    assert.throws(() => parseBoundedJson(`{${names.join()}}`), /more than 20000 entries/);
    const lists = Math.ceil(maxValues / (maxEntries - 1)) + 1;
    assert.throws(
      () => parseBoundedJson(`[${Array(lists).fill(list(maxEntries)).join()}]`),
      /values/,
    );
  });

  it('counts each list by itself', () => {
    const half = list(maxEntries / 2 + 1);
    assert.ok(parseBoundedJson(`[${half},${half},${half}]`));
  });

  it('is not misled by brackets and commas within strings', () => {
    const text = JSON.stringify({ a: `${'['.repeat(1_000)}\\"${','.repeat(100_000)}\\` });
    assert.ok(parseBoundedJson(text));
  });

  it('is refused without a word of its text', () => {
    for (const text of ['', 'secret', '{"secret":', '"secret', '{"a":1}secret', ']]', '"\\']) {
      assert.throws(() => parseBoundedJson(text), { name: 'SyntaxError', message: 'not JSON' });
    }
  });
});
