import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { schemaProblem } from '../../../../src/core/running/schemaProblem';

const good: readonly object[] = [
  { type: 'object', properties: { price: { type: 'number', minimum: 0 } }, required: ['price'] },
  { type: ['string', 'null'] },
  { properties: {} },
  { type: 'array', items: { $ref: '#/$defs/row' }, $defs: { row: { type: 'object' } } },
  { type: 'array', items: { $ref: '#/definitions/a~1b%20c' }, definitions: { 'a/b c': {} } },
  { anyOf: [{ const: 1 }, true], title: 'Either' },
  { type: 'object', properties: { items: { type: 'string' }, required: { type: 'boolean' } } },
  { type: 'array', items: [{ type: 'string' }, { type: 'number' }] },
  { properties: { children: { items: { $ref: '#' } } } },
  { items: { $ref: '#row' }, $defs: { row: { $id: '#row' } } },
  { type: 'string', pattern: '^\\d+$', format: 'date', minLength: 1, maxLength: 9 },
  { type: 'object', additionalProperties: false, patternProperties: { '^x': { enum: [1, 'a'] } } },
];

const bad: readonly [object, RegExp][] = [
  [{ type: 'text' }, /^“type” must be string, number, /u],
  [{ type: [] }, /“type” must be string/u],
  [{ type: ['null', 'null'] }, /“type” must be string/u],
  [{ properties: null }, /^“properties” must be an object of schemas\.$/u],
  [{ type: 'object', properties: [] }, /^“properties” must be an object of schemas\.$/u],
  [{ properties: { a: { type: 'strng' } } }, /^“properties › a › type” must be/u],
  [{ properties: { a: 'string' } }, /^“properties › a” must be a schema/u],
  [{ type: 'object', required: true }, /required” must be a list of names/u],
  [{ type: 'object', required: ['a', 'a'] }, /required” must be a list of names, each once/u],
  [{ type: 'array', items: [] }, /items” must be a list of schemas with at least one/u],
  [{ anyOf: [] }, /anyOf” must be a list/u],
  [{ anyOf: [{}, { not: 3 }] }, /anyOf › 1 › not” must be a schema/u],
  [{ type: 'object', required: [3] }, /required” must be a list of names/u],
  [{ enum: [] }, /^“enum” must be a list with at least one value\.$/u],
  [{ enum: 'a' }, /^“enum” must be a list/u],
  [{ title: 3 }, /^“title” must be a text\.$/u],
  [{ type: 'array', uniqueItems: 'yes' }, /uniqueItems” must be true or false\.$/u],
  [{ type: 'string', pattern: 3 }, /pattern” must be a text/u],
  [{ type: 'string', pattern: '(' }, /pattern” is no regular expression/u],
  [{ type: 'string', minLength: -1 }, /minLength” must be a whole number from 0 up/u],
  [{ type: 'string', minLength: 1.5 }, /minLength” must be a whole number from 0 up/u],
  [{ type: 'number', minimum: '3' }, /minimum” must be a number/u],
  [{ type: 'number', multipleOf: 0 }, /multipleOf” must be above 0/u],
  [{ type: 'number', multipleOf: '2' }, /multipleOf” must be above 0/u],
  [{ $ref: 3 }, /\$ref” must be a text/u],
  [{ $ref: '#/const/a', const: null }, /\$ref” leads nowhere/u],
  [{ $ref: '#/$defs/100%', $defs: {} }, /\$ref” leads nowhere/u],
  [{ $ref: '#/$defs/gone', $defs: {} }, /\$ref” leads nowhere: #\/\$defs\/gone/u],
];

describe('the check of an output schema', () => {
  it('takes what a validator takes', () => {
    for (const schema of good) {
      assert.equal(schemaProblem(schema), undefined, JSON.stringify(schema));
      assert.doesNotThrow(() => compile(schema), JSON.stringify(schema));
    }
  });

  it('refuses what a validator refuses, and says where', () => {
    for (const [schema, expected] of bad) {
      assert.match(schemaProblem(schema) ?? '', expected);
      assert.throws(() => compile(schema), JSON.stringify(schema));
    }
  });

  it('refuses JSON that is no schema for an output', () => {
    for (const value of [[], 'object', null, 3, true])
      assert.match(schemaProblem(value) ?? '', /not a JSON object/u);
    assert.match(schemaProblem({ price: 3 }) ?? '', /This is JSON, but no schema/u);
    assert.match(schemaProblem({ toString: 3 }) ?? '', /This is JSON, but no schema/u);
    const elsewhere = schemaProblem({ $ref: 'https://example.com/row.json' });
    assert.match(elsewhere ?? '', /leads to another file/u);
  });

  it('ends with a schema that is endless', () => {
    let deep: object = { type: 'string' };
    for (let depth = 0; depth < 100_000; depth++) deep = { items: deep };
    assert.match(schemaProblem(deep) ?? '', /too large or too deep/u);
    const wide = { anyOf: Array.from({ length: 6000 }, () => ({ type: 'string' })) };
    assert.match(schemaProblem(wide) ?? '', /too large or too deep/u);
  });
});

// The keywords of both drafts that people write; formats are another package's business.
const validator = new Ajv({ strict: false, validateFormats: false });

function compile(schema: object): void {
  validator.compile(schema);
}
