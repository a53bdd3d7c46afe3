import assert from 'node:assert/strict';
import type { RunOption } from '../../../../src/core/cloud/taskActions';
import {
  asWritten,
  expectationOf,
  fieldOf,
  fieldText,
  readField,
  runFields,
  type FieldValue,
  type WrittenValue,
} from '../../../../src/core/running/runFields';

const id = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';
const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `f${at}`);

/** What a person types or a file holds, and what is read of it; `undefined` where that is refused. */
const samples: readonly (readonly [RunOption, WrittenValue, FieldValue | undefined])[] = [
  ['model', ' gpt-5.4-mini ', 'gpt-5.4-mini'],
  ['model', 'x'.repeat(200), 'x'.repeat(200)],
  ['model', 'x'.repeat(201), undefined],
  ['model', '  ', undefined],
  ['model', 'a\nb', undefined],
  ['model', ['a'], undefined],
  ['startUrl', 'https://example.com', 'https://example.com'],
  ['startUrl', 'example.com', undefined],
  ['startUrl', ['https://example.com'], undefined],
  ['profileId', id.toUpperCase(), id],
  ['profileId', ['x'], undefined],
  ['maxSteps', '1,500', 1500],
  ['maxSteps', '1', 1],
  ['maxSteps', '10,000', 10_000],
  ['maxSteps', '10,001', undefined],
  ['maxSteps', '0', undefined],
  ['maxSteps', ['5'], undefined],
  ['maxCostUsd', '$2.50', 2.5],
  ['maxCostUsd', '$ 2', 2],
  ['maxCostUsd', '0.01', 0.01],
  ['maxCostUsd', '2$', undefined],
  ['maxCostUsd', '2$3', undefined],
  ['maxCostUsd', '0.00', undefined],
  ['maxCostUsd', ['2'], undefined],
  ['judge', 'true', true],
  ['judge', 'false', false],
  ['judge', 'yes', undefined],
  ['allowedDomains', 'example.com , *.example.org', ['example.com', '*.example.org']],
  ['allowedDomains', [' example.com '], ['example.com']],
  ['allowedDomains', 'example.com, a b', undefined],
  ['allowedDomains', 'example.com,', undefined],
  ['allowedDomains', [], undefined],
  ['allowedDomains', new Map([['a', 'b']]), undefined],
  ['files', many(10), many(10)],
  ['files', many(11), undefined],
  ['files', 'my file.csv, b', ['my file.csv', 'b']],
  ['metadata', 'team = search, t=a=b', { team: 'search', t: 'a=b' }],
  ['metadata', new Map([['a b', 'c']]), { 'a b': 'c' }],
  ['metadata', 'team', undefined],
  ['metadata', '=search', undefined],
  ['metadata', 'a=1, a=2', undefined],
  ['metadata', new Map([['', 'a']]), undefined],
  ['metadata', new Map(), undefined],
  [
    'metadata',
    new Map(many(10).map((name) => [name, ''])),
    Object.fromEntries(many(10).map((name) => [name, ''])),
  ],
  ['metadata', new Map(many(11).map((name) => [name, ''])), undefined],
  ['metadata', new Map(many(200_000).map((name) => [name, ''])), undefined],
  ['secrets', new Map([['a', 'b']]), undefined],
];

describe('an option', () => {
  it('is read as people type it, and refused where it is no such value', () => {
    for (const [option, written, value] of samples) {
      const field = fieldOf(option);
      const expected = value === undefined ? { problem: expectationOf(field) } : { value };
      assert.deepEqual(
        readField(field, written),
        expected,
        `${option}: ${JSON.stringify(written)}`,
      );
    }
  });

  it('is found by its name, and there is no other', () => {
    for (const field of runFields) assert.equal(fieldOf(field.option), field);
    assert.throws(() => fieldOf('prompt' as RunOption), /There is no field for prompt/u);
  });

  it('is shown in one line', () => {
    assert.equal(fieldText(['a', 'b']), 'a, b');
    assert.equal(fieldText({ team: 'search', ticket: '1' }), 'team=search, ticket=1');
    assert.equal(fieldText(2.5), '2.5');
  });

  it('may come from code as any value that it could be written as', () => {
    assert.equal(asWritten('a'), 'a');
    assert.equal(asWritten(2.5), '2.5');
    assert.equal(asWritten(false), 'false');
    assert.deepEqual(asWritten(['a', 'b']), ['a', 'b']);
    assert.deepEqual(asWritten({ a: 'b' }), new Map([['a', 'b']]));
    for (const value of [undefined, null, [1], { a: 1 }, () => 'a', 5n])
      assert.equal(asWritten(value), undefined);
  });
});
