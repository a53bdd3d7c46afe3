import type { TaskAppearance } from '../../src/core/labels/taskLabels';
import type { TaskScript } from '../simulator/taskScript';

/** A row of the table that says what the words of v3 and v4 mean. @see cloud-api-v3-v4.md §12 */
export interface StatusRow {
  /** The cloud's word, and what tells it from the same word elsewhere. */
  readonly name: string;
  readonly word: string;
  readonly appearance: TaskAppearance;
  /** Created a minute ago, where it does not say otherwise. */
  readonly script: Partial<TaskScript> & Pick<TaskScript, 'apiVersion'>;
}

const minuteMs = 60_000;
const v3 = 'v3';
const v4 = 'v4';
const done = { steps: 2, lengthMs: 2000 } as const;

export const statusRows: readonly StatusRow[] = [
  {
    name: 'created',
    word: 'created',
    appearance: 'created',
    script: { apiVersion: v3, startsAfterMs: 'never' },
  },
  {
    name: 'idle before its first task',
    word: 'idle',
    appearance: 'created',
    script: { apiVersion: v3, startsAfterMs: 'never', v3: { idleAfterMs: 0 } },
  },
  {
    name: 'running',
    word: 'running',
    appearance: 'running',
    script: { apiVersion: v3, end: 'never' },
  },
  {
    name: 'idle after a task that succeeded',
    word: 'idle',
    appearance: 'succeeded',
    script: { ...done, apiVersion: v3, keepAlive: true, isSuccess: true },
  },
  {
    name: 'idle after a task that did not succeed',
    word: 'idle',
    appearance: 'unsuccessful',
    script: { ...done, apiVersion: v3, keepAlive: true, isSuccess: false },
  },
  {
    name: 'idle with an output and no verdict',
    word: 'idle',
    appearance: 'finished',
    script: { ...done, apiVersion: v3, keepAlive: true, isSuccess: null, output: '42 EUR' },
  },
  {
    name: 'idle since a moment, with steps alone',
    word: 'idle',
    appearance: 'running',
    script: { ...done, apiVersion: v3, keepAlive: true, end: 'stopped' },
  },
  {
    name: 'idle for long, with steps alone',
    word: 'idle',
    appearance: 'stopped',
    script: {
      ...done,
      apiVersion: v3,
      keepAlive: true,
      end: 'stopped',
      createdAtMs: Date.now() - 5 * minuteMs,
    },
  },
  {
    name: 'stopped after success',
    word: 'stopped',
    appearance: 'succeeded',
    script: { ...done, apiVersion: v3 },
  },
  {
    name: 'stopped without success',
    word: 'stopped',
    appearance: 'unsuccessful',
    script: { ...done, apiVersion: v3, isSuccess: false },
  },
  {
    name: 'stopped by hand',
    word: 'stopped',
    appearance: 'stopped',
    script: { ...done, apiVersion: v3, end: 'stopped' },
  },
  {
    name: 'timed out after success',
    word: 'timed_out',
    appearance: 'succeeded',
    script: { ...done, apiVersion: v3, keepAlive: true, v3: { idleLimitMs: 1000 } },
  },
  {
    name: 'timed out at work',
    word: 'timed_out',
    appearance: 'failed',
    script: { apiVersion: v3, end: 'never', v3: { lifeLimitMs: 1000 } },
  },
  {
    name: 'error',
    word: 'error',
    appearance: 'failed',
    script: { ...done, apiVersion: v3, end: 'failed' },
  },
  {
    name: 'a word of tomorrow',
    word: 'awaiting_approval',
    appearance: 'unknown',
    script: { apiVersion: v3, end: 'never', rawStatus: 'awaiting_approval' },
  },
  {
    name: 'queued',
    word: 'queued',
    appearance: 'created',
    script: { apiVersion: v4, startsAfterMs: 'never' },
  },
  {
    name: 'dispatching',
    word: 'dispatching',
    appearance: 'created',
    script: { apiVersion: v4, startsAfterMs: 'never', v4: { dispatchesAfterMs: 0 } },
  },
  {
    name: 'running',
    word: 'running',
    appearance: 'running',
    script: { apiVersion: v4, end: 'never' },
  },
  {
    name: 'completed without a judge',
    word: 'completed',
    appearance: 'finished',
    script: { ...done, apiVersion: v4 },
  },
  {
    name: 'completed, and the judge is content',
    word: 'completed',
    appearance: 'succeeded',
    script: { ...done, apiVersion: v4, v4: { judgement: { verdict: true } } },
  },
  {
    name: 'completed, and the judge is not content',
    word: 'completed',
    appearance: 'unsuccessful',
    script: { ...done, apiVersion: v4, v4: { judgement: { verdict: false } } },
  },
  {
    name: 'completed, and the judge says no more than words',
    word: 'completed',
    appearance: 'finished',
    script: { ...done, apiVersion: v4, v4: { judgement: { remarks: 'Fair' } } },
  },
  {
    name: 'failed',
    word: 'failed',
    appearance: 'failed',
    script: { ...done, apiVersion: v4, end: 'failed' },
  },
  {
    name: 'cancelled',
    word: 'cancelled',
    appearance: 'stopped',
    script: { ...done, apiVersion: v4, end: 'stopped' },
  },
  {
    name: 'a word of tomorrow',
    word: 'hibernating',
    appearance: 'unknown',
    script: { apiVersion: v4, end: 'never', rawStatus: 'hibernating' },
  },
];

/** A script of the row, with its name as prompt and title. */
export function scriptOf({ name, script }: StatusRow, now: number): TaskScript {
  const prompt = `${script.apiVersion}: ${name}`;
  return { prompt, title: prompt, titleAfterMs: 0, createdAtMs: now - minuteMs, ...script };
}
