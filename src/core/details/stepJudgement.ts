/** How an agent judges the step before: by the word with which browser-use begins or ends its evaluation. */
export type StepJudgement = 'success' | 'failure';

/** @returns `undefined` where the agent does not say, or not in a word that is known */
export function stepJudgementOf(evaluation: string): StepJudgement | undefined {
  const word =
    /^[^\p{L}]{0,10}(success(?:ful)?|succeeded|fail(?:ed|ure|s)?)(?!\p{L})/iu.exec(
      evaluation,
    )?.[1] ?? /\bverdict:[^\p{L}]{0,5}(success|fail)\w*\W*$/iu.exec(evaluation.slice(-60))?.[1];
  if (word === undefined) return undefined;
  return /^s/iu.test(word) ? 'success' : 'failure';
}
