import assert from 'node:assert/strict';
import { keyIn, keyProblem } from '../../../../src/core/cloud/keyInput';

const key = 'bu_0123456789abcdef';

describe('what is to be a key', () => {
  it('is left to the server where nothing is obviously wrong', () => {
    assert.equal(keyProblem(key), undefined);
    assert.equal(keyProblem('a-self-hosted-key'), undefined);
    assert.equal(keyProblem('c2VsZi1ob3N0ZWQ=='), undefined);
    assert.equal(keyProblem('sk.Abc+/123~_|!$%&@#?^'), undefined);
  });

  for (const text of [
    key,
    ` ${key}\r\n`,
    `"${key}"`,
    `'${key}',`,
    `\`${key}\``,
    `“${key}”`,
    `<${key}>`,
    `["${key}"]`,
    `(${key});`,
    `\ufeff${key}\u200b`,
    `X-Browser-Use-API-Key: ${key}`,
    `x-browser-use-api-key:${key}`,
    `"X-Browser-Use-API-Key": "${key}",`,
    `-H "X-Browser-Use-API-Key: ${key}"`,
    `--header 'X-Browser-Use-API-Key: ${key}'`,
    `Authorization: Bearer ${key}`,
    `Bearer ${key}`,
    `BROWSER_USE_API_KEY=${key}`,
    `BROWSER_USE_API_KEY="${key}"\n`,
    `BROWSER_USE_API_KEY: '${key}'`,
    `export BROWSER_USE_API_KEY=${key};`,
    `set BROWSER_USE_API_KEY=${key}`,
    `$env:BROWSER_USE_API_KEY = "${key}"`,
    `{"apiKey": "${key}"}`,
    `api_key="${key}",`,
    `KEY=${key}`,
    `"export BROWSER_USE_API_KEY='${key}'"`,
  ])
    it(`is taken out of what is around it: ${JSON.stringify(text)}`, () => {
      assert.equal(keyIn(text), key);
      assert.equal(keyProblem(keyIn(text)), undefined);
    });

  it('keeps what belongs to a key of another kind', () => {
    for (const text of ['a-self-hosted-key', 'key_12345678', 'bearer12345678', 'abc:def=ghi'])
      assert.equal(keyIn(text), text);
  });

  it('is read in time, whatever was pasted', () => {
    for (const piece of ['"', 'KEY=', ' ', 'Bearer ', '\u200b', 'export '])
      assert.ok(keyIn(piece.repeat(1_000_000)).length <= 4000);
  });

  for (const [text, expected] of [
    ['', /Paste an API key/u],
    ['"",', /Paste an API key/u],
    ['https://cloud.browser-use.com/settings', /URL/u],
    ['3fa85f64-5717-4562-b3fc-2c963f66afa6', /task ID/u],
    ['BROWSER_USE_API_KEY', /none behind it/u],
    ['Authorization', /none behind it/u],
    ['bu_01234 56789', /spaces/u],
    ['curl -H "X-Browser-Use-API-Key: bu_01234" https://api.browser-use.com', /only the key/u],
    ['KEY=bu_0123456789 OTHER=bu_9876543210', /more than one/u],
    ['OTHER=bu_0123456789', /only the key/u],
    ['bu_0123…', /masked/u],
    ['bu_01234********', /masked/u],
    ['bu_clé123456', /ASCII/u],
    ['bu_1', /short/u],
    ['b'.repeat(513), /long/u],
  ] as const)
    it(`is refused with a reason: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const problem = keyProblem(keyIn(text));
      assert.match(problem ?? '', expected);
      assert.ok(text === '' || !problem?.includes(text), 'the input is repeated');
    });
});
