import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { cost, isWebUrl, metadata, present, toZonedTime } from '../../../src/api/fields';

describe('a time from the cloud', () => {
  const times: readonly [string, string | undefined][] = [
    ['2026-01-13T12:00:00.123456', '2026-01-13T12:00:00.123456Z'],
    ['2026-01-13T12:00:00', '2026-01-13T12:00:00Z'],
    ['2026-01-13 12:00:00', '2026-01-13T12:00:00Z'],
    ['2026-01-13T12:00', '2026-01-13T12:00Z'],
    ['2026-01-13T12:00:00Z', '2026-01-13T12:00:00Z'],
    ['2026-01-13T12:00:00+02:00', '2026-01-13T12:00:00+02:00'],
    ['2026-01-13T12:00:00.5-05:30', '2026-01-13T12:00:00.5-05:30'],
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
    [1e300, undefined],
    [Number.NaN, undefined],
    ['', undefined],
    ['.', undefined],
    ['1e3', undefined],
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
      assert.ok(isWebUrl(url), url);
    }
    const others = ['', '/a', 'a.example', 'command:x', 'javascript:1', 'file:///a', 'data:,a'];
    for (const url of [...others, 'https://user@a.example/', 'https://:b@a.example/', 'https://']) {
      assert.ok(!isWebUrl(url), url);
    }
  });
});

describe('metadata from the cloud', () => {
  it('is an object of anything, and changes no prototype', () => {
    const parsed = z.parse(metadata, JSON.parse('{"a":[{}],"__proto__":{"isAdmin":true}}'));
    assert.deepEqual(parsed['a'], [{}]);
    assert.equal(parsed['isAdmin'], undefined);
    assert.equal(({} as { isAdmin?: true }).isAdmin, undefined);
  });

  it('is empty where it is none', () => {
    for (const value of [null, undefined, [], 'x', 3])
      assert.deepEqual(z.parse(metadata, value), {});
  });
});

describe('a set of fields', () => {
  it('loses those that are undefined and keeps what is false or empty', () => {
    const fields = present({ a: undefined, b: false, c: '', d: 0, e: null });
    assert.deepEqual(Object.keys(fields), ['b', 'c', 'd', 'e']);
  });
});
