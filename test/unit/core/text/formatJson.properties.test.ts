import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { formatJson, layOutJson } from '../../../../src/core/text/formatJson';
import { readJson } from '../../../../src/core/text/jsonTree';

const blanks = fc.constantFrom('', '', '', ' ', '\r\n\t', '   ');
const string = fc
  .tuple(
    fc.constantFrom('', '__proto__', '7'),
    fc.constantFrom('a', '\\"', '\\\\', '\\u00e9', 'é', '😀', '{', ', ', '\u2028'),
    fc.constantFrom(0, 1, 5, 253, 254, 255, 256, 5000),
  )
  .map(([start, character, count]) => `"${start}${character.repeat(count)}"`);
const word = fc.constantFrom('0', '-0', '1.50', '1E+400', '12345678901234567890', 'true', 'null');

function between(opening: string, entry: fc.Arbitrary<string>, closing: string) {
  return fc
    .tuple(blanks, fc.array(entry, { maxLength: 8 }))
    .map(([inner, entries]) => `${opening}${inner}${entries.join()}${closing}`);
}

/** JSON as strangers write it: blanks anywhere, numbers and escapes of every form, repeated and odd names. */
const { container } = fc.letrec<{ container: string; entry: string }>((tie) => {
  const entry = fc
    .tuple(blanks, fc.oneof({ maxDepth: 6 }, word, string, tie('container')), blanks)
    .map((parts) => parts.join(''));
  const member = fc
    .tuple(blanks, string, blanks, entry)
    .map(([before, name, after, value]) => `${before}${name}${after}:${value}`);
  return {
    entry,
    container: fc.oneof({ maxDepth: 6 }, between('[', entry, ']'), between('{', member, '}')),
  };
});

/** The same with one character gone, replaced or added: mostly no JSON any more. */
const damaged = fc
  .tuple(
    container,
    fc.nat(),
    fc.constantFrom('', '"', '\\', ',', '}', ']', '0', '\n', '\u0000', '\u00a0', 'e'),
    fc.boolean(),
  )
  .map(([json, place, change, isAdded]) => {
    const at = place % json.length;
    return `${json.slice(0, at)}${change}${json.slice(isAdded ? at : at + 1)}`;
  });

/** By way of a tree. */
function laidOut(text: string, maxDepth?: number): string | undefined {
  const tree = readJson(text, maxDepth === undefined ? {} : { maxDepth });
  return tree && layOutJson(tree, Infinity).text;
}

describe('formatJson', () => {
  it('lays out what readJson takes as layOutJson does', () => {
    fc.assert(
      fc.property(container, (json) => {
        assert.notEqual(laidOut(json), undefined);
        assert.equal(formatJson(json), laidOut(json));
        assert.equal(formatJson(json, 3), laidOut(json, 3));
      }),
    );
  });

  it('refuses what readJson refuses', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        assert.equal(formatJson(text), laidOut(text));
      }),
      { numRuns: 300 },
    );
  });
});
