import type { ApiVersion } from '../../src/core/cloud/task';
import { endedSamples } from './endedSamples';
import { runningSamples } from './runningSamples';
import { runSamples } from './runSamples';
import { sessionSamples } from './sessionSamples';
import type { SampleScript } from './sampleScript';
import type { TaskScript } from './taskScript';

/** A task to show. Its ID stays the same from one run to the next. */
export interface SampleTask {
  readonly apiVersion: ApiVersion;
  readonly id: string;
  readonly script: TaskScript;
}

/**
 * A task of every kind of v1 and v2: each status in both, each verdict, long and short, with files, hostile text
 * and statuses that nobody knows; some run on and end within three minutes. Newest last.
 * `nowMs` is the present in milliseconds since 1970; the ended ones lie up to some days before it.
 */
export function sampleTasks(nowMs: number): SampleTask[] {
  return dated([...endedSamples(), ...runningSamples()], nowMs);
}

/** The same for v3 and v4. Two samples of v3 may be tasks of one session, and have its ID then. */
export function newerSampleTasks(nowMs: number): SampleTask[] {
  return dated([...sessionSamples(), ...runSamples()], nowMs);
}

function dated(samples: readonly SampleScript[], nowMs: number): SampleTask[] {
  return samples
    .toSorted((a, b) => b.ageMs - a.ageMs)
    .map(({ ageMs, ...script }) => ({
      apiVersion: script.apiVersion,
      // v3 knows no task but the session.
      id: (script.apiVersion === 'v3' && script.sessionId) || script.id,
      script: { ...script, createdAtMs: nowMs - ageMs },
    }));
}
