import assert from 'node:assert/strict';
import { stepJudgementOf } from '../../../../src/core/details/stepJudgement';

describe('stepJudgementOf', () => {
  it('reads the word that stands first', () => {
    for (const text of ['Success - the page is there', 'success', '👍 Success: done', 'Succeeded.'])
      assert.equal(stepJudgementOf(text), 'success', text);
    for (const text of [
      'Failed - nothing happened',
      'Failure',
      '❌ Fail',
      'Fails.',
      '**Failed**: no',
    ])
      assert.equal(stepJudgementOf(text), 'failure', text);
  });

  it('reads a verdict at the end', () => {
    assert.equal(stepJudgementOf('The list was opened. Verdict: Success'), 'success');
    assert.equal(stepJudgementOf('The list is empty. Verdict: Failure.'), 'failure');
    assert.equal(stepJudgementOf('It is as it was. Verdict:fail'), 'failure');
    assert.equal(stepJudgementOf('It is there. VERDICT: ** Success **'), 'success');
  });

  it('takes no other word for a judgement', () => {
    for (const text of [
      '',
      'Unknown - no goal came before',
      'The login failed, then it went well',
      'Successor pages are listed',
      'w'.repeat(100_000),
      'Verdict: Success was what I had hoped for',
      `Verdict: Success${'.'.repeat(60)}`,
      `${'*'.repeat(11)}Success`,
    ])
      assert.equal(stepJudgementOf(text), undefined, text.slice(0, 50));
  });
});
