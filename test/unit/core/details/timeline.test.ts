import assert from 'node:assert/strict';
import { failedSteps, timeBars, stepJudgementOf } from '../../../../src/core/details/timeline';

function steps(...seconds: (number | undefined)[]) {
  return seconds.map((durationSeconds) => ({ durationSeconds, evaluation: '' }));
}

describe('timeBars', () => {
  it('makes a bar of each step, the longest as high as can be', () => {
    const summary = timeBars(steps(2, 8, 4), 10);
    assert.deepEqual(
      summary?.bars.map(({ first, last, longest, share }) => [first, last, longest, share]),
      [
        [0, 0, 0, 0.25],
        [1, 1, 1, 1],
        [2, 2, 2, 0.5],
      ],
    );
    assert.equal(summary.longest, 1);
    assert.equal(summary.longestSeconds, 8);
    assert.equal(summary.typicalSeconds, 4);
  });

  it('lets neighbours share a bar where there are more steps than bars', () => {
    const summary = timeBars(steps(1, 2, 3, 1, 5), 3);
    assert.deepEqual(
      summary?.bars.map(({ first, last, longest, seconds }) => [first, last, longest, seconds]),
      [
        [0, 1, 1, 3],
        [2, 3, 2, 4],
        [4, 4, 4, 5],
      ],
    );
  });

  it('never makes more bars than there is room for, and leaves no step out', () => {
    for (const count of [1, 2, 59, 60, 61, 500, 2000])
      for (const most of [0, 1, 7, 60, 300]) {
        const bars = timeBars(steps(...Array<number>(count).fill(3)), most)?.bars ?? [];
        assert.ok(bars.length <= Math.max(1, most), `${count} in ${most}`);
        assert.equal(bars[0]?.first, 0);
        assert.equal(bars.at(-1)?.last, count - 1);
        bars.forEach(({ first }, index) =>
          assert.equal(first, index === 0 ? 0 : (bars[index - 1]?.last ?? 0) + 1),
        );
      }
  });

  it('says nothing where no step tells its time', () => {
    assert.equal(timeBars(steps(undefined, undefined), 10), undefined);
    assert.equal(timeBars(steps(0, -3, Number.NaN), 10), undefined);
    assert.equal(timeBars([], 10), undefined);
  });

  it('takes a step without a time as no time', () => {
    const summary = timeBars(steps(undefined, 4), 10);
    assert.deepEqual(
      summary?.bars.map(({ share }) => share),
      [0, 1],
    );
    assert.equal(summary.typicalSeconds, 4);
  });

  it('marks the bar of a step that the next one judged as failed', () => {
    const judged = [
      { durationSeconds: 1, evaluation: 'Unknown' },
      { durationSeconds: 1, evaluation: 'Success - it is there' },
      { durationSeconds: 1, evaluation: 'Failed - the button did nothing' },
    ];
    assert.deepEqual(
      timeBars(judged, 10)?.bars.map(({ hasFailed }) => hasFailed),
      [false, true, false],
    );
    assert.deepEqual(
      timeBars([...judged, { durationSeconds: 1, evaluation: '' }], 2)?.bars.map(
        ({ hasFailed }) => hasFailed,
      ),
      [true, false],
      'of those that share one',
    );
  });
});

describe('failedSteps', () => {
  it('finds the steps before a failing judgement; before the first there is none', () => {
    const evaluations = ['Failed - what?', 'Failed: no', 'Success', 'Failure'];
    assert.deepEqual([...failedSteps(evaluations.map((evaluation) => ({ evaluation })))], [0, 2]);
  });
});

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
