import type { ApiVersion } from '../../src/core/cloud/task';
import { endedSamples } from './endedSamples';
import { runningSamples } from './runningSamples';
import type { TaskScript } from './taskScript';

/** A task to show. Its ID stays the same from one run to the next. */
export interface SampleTask {
  readonly apiVersion: ApiVersion;
  readonly id: string;
  readonly script: TaskScript;
}

/**
 * A task of every kind: each status in both API versions, each verdict, long and short, with files, hostile text
 * and statuses that nobody knows; some run on and end within three minutes. Newest last.
 * `nowMs` is the present in milliseconds since 1970; the ended ones lie up to some days before it.
 */
export function sampleTasks(nowMs: number): SampleTask[] {
  return [...endedSamples(), ...runningSamples()]
    .toSorted((a, b) => b.ageMs - a.ageMs)
    .map(({ ageMs, ...script }) => ({
      apiVersion: script.apiVersion,
      id: script.id,
      script: { ...script, createdAtMs: nowMs - ageMs },
    }));
}
