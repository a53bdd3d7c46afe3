import assert from 'node:assert/strict';
import { formatJson } from '../../../../src/core/text/formatJson';

describe('formatJson', () => {
  it('lays out as JSON.stringify does, whatever the length', () => {
    for (const count of [0, 1, 700, 5000])
      for (const length of [0, 3, 253, 254, 255, 256, 9000]) {
        const value = { list: Array.from({ length: count }, (_, index) => index), empty: {} };
        const withText = { ...value, text: 'x'.repeat(length), last: [[], ['"[,:{\\']] };
        assert.equal(formatJson(JSON.stringify(withText)), JSON.stringify(withText, null, 2));
      }
  });

  it('counts no bracket within a text as a level', () => {
    const json = JSON.stringify([']'.repeat(3), '['.repeat(100), '\\"[[['.repeat(99)]);
    assert.equal(formatJson(json, 1), JSON.stringify(JSON.parse(json), null, 2));
    assert.equal(formatJson('["]]]",[[]]]', 2), undefined);
  });

  it('refuses what is deeper than can be shown, without a deep stack', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    assert.ok(formatJson(nested(64)));
    assert.equal(formatJson(nested(65)), undefined);
    assert.equal(formatJson(nested(1_000_000)), undefined);
  });

  it('leaves as it is what would become a hundred megabytes of blanks', () => {
    const within = (levels: number, values: number): string =>
      `${'['.repeat(levels)}${Array.from({ length: values }, () => 1).join(',')}${']'.repeat(levels)}`;
    assert.equal(formatJson(within(64, 600_000)), undefined);
    assert.ok(formatJson(within(64, 1000)));
    assert.ok(formatJson(within(2, 600_000)));
    // Commas within a text begin no lines.
    assert.ok(formatJson(`${'['.repeat(64)}"${','.repeat(600_000)}"${']'.repeat(64)}`));
  });

  it('lays out nothing of what is no JSON, however long it would become', () => {
    assert.equal(formatJson(`${'['.repeat(64)}${','.repeat(5_000_000)}`), undefined);
  });
});
