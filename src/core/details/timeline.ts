import type { ViewStep } from './detailsView';

/** A bar of the strip over the steps: one step, or as many neighbours as share a bar. */
export interface TimeBar {
  /** Positions in the list of steps, both included. */
  readonly first: number;
  readonly last: number;
  /** The position of the longest of its steps, which the bar leads to. */
  readonly longest: number;
  /** Of all its steps together. */
  readonly seconds: number;
  /** Its height as a part of the highest bar's, from 0 to 1. */
  readonly share: number;
  /** Whether the agent judged one of its steps as failed. */
  readonly hasFailed: boolean;
}

/** Where a task's time went, as far as its steps tell. */
export interface TimeSummary {
  readonly bars: readonly TimeBar[];
  /** Position of the longest step. */
  readonly longest: number;
  readonly longestSeconds: number;
  /** Of the steps that tell their time, the one in the middle. In seconds. */
  readonly typicalSeconds: number;
}

type TimedStep = Pick<ViewStep, 'durationSeconds' | 'evaluation'>;

/**
 * Makes bars of the steps' durations.
 * @param mostBars At least 1; neighbouring steps share a bar where there are more.
 * @returns `undefined` where no step tells how long it took
 */
export function timeBars(steps: readonly TimedStep[], mostBars: number): TimeSummary | undefined {
  const seconds = steps.map(({ durationSeconds = 0 }) => Math.max(0, durationSeconds));
  const known = seconds.filter((each) => each > 0).sort((a, b) => a - b);
  const typicalSeconds = known[Math.floor(known.length / 2)];
  if (typicalSeconds === undefined) return undefined;
  const failed = failedSteps(steps);
  const perBar = Math.ceil(steps.length / Math.max(1, Math.floor(mostBars)));
  const groups = Array.from({ length: Math.ceil(steps.length / perBar) }, (_, bar) => {
    const first = bar * perBar;
    const times = seconds.slice(first, first + perBar);
    return { first, times, seconds: times.reduce((sum, each) => sum + each, 0) };
  });
  const highest = Math.max(...groups.map((group) => group.seconds));
  const bars = groups.map(({ first, times, seconds }) => ({
    first,
    last: first + times.length - 1,
    longest: first + indexOfMost(times),
    seconds,
    share: seconds / highest,
    hasFailed: times.some((_, index) => failed.has(first + index)),
  }));
  const longestSeconds = Math.max(...seconds);
  return { bars, longest: seconds.indexOf(longestSeconds), longestSeconds, typicalSeconds };
}

/** Positions of the steps that the agent judged as failed, in the step after. */
export function failedSteps(steps: readonly Pick<ViewStep, 'evaluation'>[]): ReadonlySet<number> {
  const failed = new Set<number>();
  steps.forEach(({ evaluation }, position) => {
    if (position > 0 && stepJudgementOf(evaluation) === 'failure') failed.add(position - 1);
  });
  return failed;
}

function indexOfMost(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

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
