import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import {
  cost,
  jsonText,
  metadata,
  output,
  present,
  toZonedTime,
  webUrl,
} from '../../../src/api/fields';

describe('a time from the cloud', () => {
  const times: readonly [string, string | undefined][] = [
    ['2026-01-13T12:00:00.123456', '2026-01-13T12:00:00.123456Z'],
    ['2026-01-13T12:00:00', '2026-01-13T12:00:00Z'],
    ['2026-01-13 12:00:00', '2026-01-13T12:00:00Z'],
    ['2026-01-13T12:00', '2026-01-13T12:00Z'],
    ['2026-01-13T12:00:00Z', '2026-01-13T12:00:00Z'],
    ['2026-01-13T12:00:00+02:00', '2026-01-13T12:00:00+02:00'],
    ['2026-01-13T12:00:00.5-05:30', '2026-01-13T12:00:00.5-05:30'],
    ['2026-01-13T12:00:00+00:00Z', '2026-01-13T12:00:00+00:00'],
    ['2026-01-13T12:00:00.123456+00:00Z', '2026-01-13T12:00:00.123456+00:00'],
    ['2026-01-13T12:00:00+0000', '2026-01-13T12:00:00+00:00'],
    ['2026-01-13T12:00:00+00', '2026-01-13T12:00:00+00:00'],
    ['2026-01-13 12:00:00.5-0530', '2026-01-13T12:00:00.5-05:30'],
    ['2026-01-13 12:00:00+02', '2026-01-13T12:00:00+02:00'],
    ['2026-01-13 12:00:00 +00:00', '2026-01-13T12:00:00+00:00'],
    ['2026-01-13 12:00:00 UTC', '2026-01-13T12:00:00Z'],
    ['2026-01-13t12:00:00z', '2026-01-13T12:00:00Z'],
    ['2026-01-13 12:00:00,250', '2026-01-13T12:00:00.250Z'],
    ['2026-01-13T12:00:00+25:00', undefined],
    ['2026-01-13T12:00:00+0', undefined],
    ['2026-01-13T12:00:00ZZ', undefined],
    ['2026-13-01T12:00:00', undefined],
    ['2026-01-13T25:00:00Z', undefined],
    ['2026-01-13', undefined],
    ['yesterday 5', undefined],
    ['', undefined],
    ['1768305600', undefined],
    [`2026-01-13T12:00:00.${'1'.repeat(100)}`, undefined],
  ];
  for (const [text, expected] of times) {
    it(`reads ${text.slice(0, 40)} as ${expected}`, () => {
      assert.equal(toZonedTime(text), expected);
      if (expected !== undefined) assert.ok(!Number.isNaN(Date.parse(expected)));
    });
  }
});

describe('a cost from the cloud', () => {
  const costs: readonly [unknown, string | undefined][] = [
    ['0.0123000000', '0.0123000000'],
    ['12', '12'],
    ['.5', '.5'],
    ['-0.01', '-0.01'],
    [0.25, '0.25'],
    [0, '0'],
    [1e-7, '0.0000001'],
    ['1E-7', '0.0000001'],
    ['1e-07', '0.0000001'],
    ['0E-10', '0.0000000000'],
    ['-1.25E-3', '-0.00125'],
    ['12.5e-1', '1.25'],
    ['1.5E+3', '1500'],
    ['1e3', '1000'],
    ['.5e1', '5'],
    [1.5e-9, '0.0000000015'],
    [1e21, '1000000000000000000000'],
    [1e300, undefined],
    ['1e-300', undefined],
    ['1e', undefined],
    ['e5', undefined],
    ['1e5.5', undefined],
    ['1e99999999999999999999', undefined],
    [Number.NaN, undefined],
    ['', undefined],
    ['.', undefined],
    ['$3', undefined],
    ['0'.repeat(1_000_000), undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
  ];
  for (const [value, expected] of costs) {
    it(`reads ${String(value).slice(0, 40)} as ${expected}`, () => {
      assert.equal(z.parse(cost, value), expected);
    });
  }
});

describe('a link from the cloud', () => {
  it('is one to the web', () => {
    for (const url of ['https://a.example/b?c#d', 'http://127.0.0.1:1/', 'HTTPS://A.example']) {
      assert.equal(z.parse(webUrl, url), url);
    }
    const others = ['', '/a', 'a.example', 'command:x', 'javascript:1', 'file:///a', 'data:,a'];
    for (const url of [...others, 'https://user@a.example/', 'https://:b@a.example/', 'https://']) {
      assert.equal(z.parse(webUrl, url), undefined, url);
    }
  });
});

describe('metadata from the cloud', () => {
  it('is an object of anything, and changes no prototype', () => {
    const text = '{"a":[{}],"__proto__":{"isAdmin":true}}';
    assert.equal(z.parse(metadata, JSON.parse(text)), text);
    assert.equal(({} as { isAdmin?: true }).isAdmin, undefined);
  });

  it('may be the text of such an object', () => {
    assert.equal(z.parse(metadata, '{"a": 1.10}'), '{"a": 1.10}');
  });

  it('is empty where it is none', () => {
    for (const value of [null, undefined, [], 'x', '[1]', '{"a"', 3])
      assert.equal(z.parse(metadata, value), '{}');
  });
});

describe('an output from the cloud', () => {
  const values: readonly [unknown, string | undefined][] = [
    ['done', 'done'],
    ['', ''],
    [{ a: [1, null] }, '{"a":[1,null]}'],
    [[1, 'x'], '[1,"x"]'],
    [[], '[]'],
    [42, '42'],
    [0, '0'],
    [false, 'false'],
    [null, undefined],
    [undefined, undefined],
  ];
  for (const [value, expected] of values)
    it(`reads ${JSON.stringify(value)} as ${expected}`, () => {
      assert.equal(z.parse(output, value), expected);
    });
});

describe('a field that holds JSON', () => {
  it('is its text, or the JSON of an object or a list', () => {
    for (const [value, text] of [
      ['{"a": 1.10}', '{"a": 1.10}'],
      [{ a: 1 }, '{"a":1}'],
      [[1, 'x'], '[1,"x"]'],
    ])
      assert.equal(z.parse(jsonText, value), text);
    for (const value of [null, undefined, 1, true])
      assert.equal(z.safeParse(jsonText, value).success, false);
  });
});

describe('a set of fields', () => {
  it('loses those that are undefined and keeps what is false or empty', () => {
    const fields = present({ a: undefined, b: false, c: '', d: 0, e: null });
    assert.deepEqual(Object.keys(fields), ['b', 'c', 'd', 'e']);
  });
});
