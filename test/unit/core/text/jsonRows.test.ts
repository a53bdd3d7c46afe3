import assert from 'node:assert/strict';
import {
  containerPreview,
  containerLabel,
  entriesAtFirst,
  isFoldable,
  jsonRows,
  type JsonRow,
} from '../../../../src/core/text/jsonRows';
import { readJson, type JsonContainer } from '../../../../src/core/text/jsonTree';

function treeOf(value: unknown): JsonContainer {
  const tree = readJson(JSON.stringify(value));
  assert.ok(tree);
  return tree;
}

function rowsOf(
  root: JsonContainer,
  opened: readonly (readonly [string, boolean])[] = [],
  shown: readonly (readonly [string, number])[] = [],
): readonly JsonRow[] {
  return jsonRows(root, { opened: new Map(opened), shown: new Map(shown) });
}

describe('jsonRows', () => {
  it('lists what is open, each with its place', () => {
    const rows = rowsOf(treeOf({ a: { b: 1 }, c: [true] }), [['1', false]]);
    assert.deepEqual(
      rows.map(({ path, level, place, siblings, name }) => [path, level, place, siblings, name]),
      [
        ['0', 1, 1, 2, 'a'],
        ['0.0', 2, 1, 1, 'b'],
        ['1', 1, 2, 2, 'c'],
      ],
    );
  });

  it('opens a small tree at first, and only the first level of a large one', () => {
    assert.equal(rowsOf(treeOf({ a: { b: 1 } })).length, 2);
    const large = treeOf(Array.from({ length: 30 }, () => ({ a: 1, b: 2 })));
    assert.equal(rowsOf(large).length, 30);
    assert.equal(rowsOf(large, [['3', true]]).length, 32);
  });

  it('opens two levels, one or none, by how much they hold', () => {
    /** So many entries on the first two levels, and one more level below each of the second. */
    const shape = (count: number): readonly number[] => {
      const tree = treeOf(Array.from({ length: count / 2 }, () => [[0]]));
      const levels = rowsOf(tree).map(({ level }) => level);
      return [1, 2, 3].map((level) => levels.filter((found) => found === level).length);
    };
    assert.deepEqual(shape(20), [10, 10, 10]);
    assert.deepEqual(shape(22), [11, 11, 0]);
    assert.deepEqual(shape(40), [20, 20, 0]);
    assert.deepEqual(shape(42), [21, 0, 0]);
  });

  it('names entries of a list by their places, and calls what is beyond neither open nor named', () => {
    const rows = rowsOf(treeOf(Array.from({ length: 60 }, () => 'x')));
    assert.equal(rows[3]?.name, '3');
    const last = rows.at(-1);
    assert.deepEqual([last?.isOpen, last?.name, last?.more], [false, undefined, 10]);
  });

  it('shows many entries in portions', () => {
    const tree = treeOf(Array.from({ length: 130 }, (_, index) => index));
    const rows = rowsOf(tree);
    assert.equal(rows.length, entriesAtFirst + 1);
    assert.equal(rows.at(-1)?.more, 130 - entriesAtFirst);
    assert.equal(rows.at(-1)?.path, '+');
    assert.equal(rowsOf(tree, [], [['', 100]]).at(-1)?.more, 30);
    assert.equal(rowsOf(tree, [], [['', 130]]).length, 130);
    assert.equal(rowsOf(tree, [], [['', 130]]).at(-1)?.more, undefined);
  });

  it('draws little of much', () => {
    const tree = treeOf(
      Array.from({ length: 1000 }, () => Array.from({ length: 100 }, (_, index) => index)),
    );
    assert.equal(rowsOf(tree).length, entriesAtFirst + 1);
  });

  it('gives every row another path', () => {
    const tree = treeOf(Array.from({ length: 60 }, () => ({ a: [1, { b: 2 }] })));
    const rows = rowsOf(
      tree,
      Array.from({ length: 60 }, (_, index) => [String(index), true] as const),
    );
    assert.equal(new Set(rows.map(({ path }) => path)).size, rows.length);
  });
});

describe('containerLabel', () => {
  it('tells how much a container holds', () => {
    assert.equal(containerLabel(treeOf({ a: 1 })), '{1}');
    assert.equal(containerLabel(treeOf([])), '[]');
    assert.equal(containerLabel(treeOf({})), '{}');
    const opening = readJson('{', { isBeginning: true });
    assert.ok(opening);
    assert.equal(containerLabel(opening), '{} or more');
    const cut = readJson('[1,2,', { isBeginning: true });
    assert.ok(cut);
    assert.equal(containerLabel(cut), '[2 or more]');
    assert.equal(isFoldable(treeOf([])), false);
  });
});

describe('containerPreview', () => {
  it('tells the first simple values', () => {
    assert.equal(containerPreview(treeOf({ a: 'x', b: [1], c: null }), 100), 'a: x, c: null');
    assert.equal(containerPreview(treeOf([1, 'two']), 100), '1, two');
  });

  it('cuts long values and names, and leaves those whole that just fit', () => {
    const long = 'w'.repeat(41);
    const fits = 'w'.repeat(40);
    assert.equal(containerPreview(treeOf([fits, long]), 200), `${fits}, ${'w'.repeat(39)}…`);
    assert.equal(containerPreview(treeOf({ [long]: 12 }), 200), `${'w'.repeat(39)}…: 12`);
    assert.equal(containerPreview(treeOf(['say "x"']), 200), 'say "x"');
  });

  it('ends with the value that fits no more, or after eight', () => {
    assert.equal(containerPreview(treeOf(['12345', '12345', '1']), 10), '12345, 12345');
    assert.equal(containerPreview(treeOf(['12345', '12345', '1']), 9), '12345');
    assert.equal(
      containerPreview(treeOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), 100),
      '1, 2, 3, 4, 5, 6, 7, 8',
    );
  });

  it('stays short', () => {
    const tree = treeOf({ ['n'.repeat(5000)]: 'w'.repeat(100_000), b: 'w'.repeat(100) });
    assert.ok(containerPreview(tree, 120).length <= 130);
  });
});
