import assert from 'node:assert/strict';
import { readableActions, parseJudgement } from '../../../../src/webview/parts/readableJson';

describe('readableActions', () => {
  it('names an action and what it was done with', () => {
    assert.deepEqual(readableActions('{"input_text":{"index":4,"text":"hello","xpath":null}}'), [
      {
        name: 'input text',
        details: [
          { name: 'index', value: '4' },
          { name: '', value: 'hello' },
        ],
      },
    ]);
  });

  it('leaves out what stands beside it already', () => {
    const action = '{"browser":{"description":"Open it","url":"https://a.example/","code":"go()"}}';
    assert.deepEqual(readableActions(action, ['Open it', 'https://a.example/']), [
      { name: 'browser', details: [{ name: 'code', value: 'go()' }] },
    ]);
    assert.deepEqual(
      readableActions('{"goToUrl":{"url":"https://a.example/"}}', ['https://a.example/']),
      [{ name: 'go to url', details: [{ name: '', value: 'https://a.example/' }] }],
    );
  });

  it('leaves out the actions that did not happen', () => {
    assert.deepEqual(readableActions('{"done":null,"goToUrl":{"url":"https://a.example/"}}'), [
      { name: 'go to url', details: [{ name: '', value: 'https://a.example/' }] },
    ]);
  });

  it('takes actions without details and with bare or nested values', () => {
    assert.deepEqual(readableActions('{"go_back":{}}'), [{ name: 'go back', details: [] }]);
    assert.deepEqual(readableActions('{"wait":3}'), [
      { name: 'wait', details: [{ name: '', value: '3' }] },
    ]);
    assert.deepEqual(readableActions('{"drag":{"to":{"x":1}}}'), [
      { name: 'drag', details: [{ name: 'to', value: '{"x":1}' }] },
    ]);
    assert.deepEqual(readableActions('{"keys":["a","b"]}'), [
      { name: 'keys', details: [{ name: '', value: '["a","b"]' }] },
    ]);
  });

  for (const text of ['', 'click 3', '{"click":', 'null', '42', '[]', '{}', '{"done":null}'])
    it(`leaves ${JSON.stringify(text)} to be shown as it is`, () => {
      assert.equal(readableActions(text), undefined);
    });

  it('keeps the digits of numbers', () => {
    assert.deepEqual(readableActions('{"open":{"id":12345678901234567890,"at":[1.10]}}'), [
      {
        name: 'open',
        details: [
          { name: 'id', value: '12345678901234567890' },
          { name: 'at', value: '[1.10]' },
        ],
      },
    ]);
  });

  it('takes a hostile name for a name', () => {
    const [action] = readableActions('{"__proto__":{"polluted":true}}') ?? [];
    assert.equal(action?.name, 'proto');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

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
