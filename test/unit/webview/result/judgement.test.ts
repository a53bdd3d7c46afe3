import assert from 'node:assert/strict';
import { parseJudgement } from '../../../../src/webview/result/judgement';

describe('parseJudgement', () => {
  it('sets verdict, reasons and failure apart from the rest', () => {
    assert.deepEqual(
      parseJudgement(
        '{"verdict":false,"reasoning":"No price.","failure_reason":"Wrong page","reached_captcha":true,"impossible_task":false,"score":0.2,"note":null}',
      ),
      {
        verdict: false,
        reasoning: 'No price.',
        failureReason: 'Wrong page',
        others: [
          { name: 'Reached captcha', value: 'Yes' },
          { name: 'Impossible task', value: 'No' },
          { name: 'Score', value: '0.2' },
        ],
      },
    );
  });

  it('reads values of other types than expected as text', () => {
    const report = parseJudgement('{"verdict":"maybe","reasoning":{"a":1},"failureReason":""}');
    assert.deepEqual(report, {
      verdict: undefined,
      reasoning: '{"a":1}',
      failureReason: undefined,
      others: [],
    });
  });

  it('keeps the digits of numbers, and the last of what is said twice', () => {
    const report = parseJudgement(
      '{"verdict":true,"score":1.10,"verdict":false,"id":12345678901234567890}',
    );
    assert.equal(report?.verdict, false);
    assert.deepEqual(report?.others, [
      { name: 'Score', value: '1.10' },
      { name: 'Id', value: '12345678901234567890' },
    ]);
  });

  for (const text of ['', 'The agent did well.', '{"verdict":', 'null', 'true', '[1]'])
    it(`leaves ${JSON.stringify(text)} to be shown as it is`, () => {
      assert.equal(parseJudgement(text), undefined);
    });
});
