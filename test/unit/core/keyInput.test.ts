import assert from 'node:assert/strict';
import { keyProblem } from '../../../src/core/keyInput';

describe('what is to be a key', () => {
  it('is left to the server where nothing is obviously wrong', () => {
    assert.equal(keyProblem('bu_0123456789abcdef'), undefined);
    assert.equal(keyProblem('a-self-hosted-key'), undefined);
  });

  for (const [text, expected] of [
    ['', /Paste an API key/u],
    ['https://cloud.browser-use.com/settings', /URL/u],
    ['3fa85f64-5717-4562-b3fc-2c963f66afa6', /task ID/u],
    ['BROWSER_USE_API_KEY=bu_0123456789', /only the key/u],
    ['Bearer bu_0123456789', /only the key/u],
    ['bu_01234 56789', /spaces/u],
    ['bu_01234\u200b56789', /ASCII/u],
    ['bu_clé123456', /ASCII/u],
    ['bu_1', /short/u],
    ['b'.repeat(513), /long/u],
  ] as const)
    it(`is refused in words: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const problem = keyProblem(text);
      assert.match(problem ?? '', expected);
      assert.ok(text === '' || !problem?.includes(text), 'the input is repeated');
    });
});
