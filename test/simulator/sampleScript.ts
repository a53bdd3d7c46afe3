import type { ApiVersion } from '../../src/core/cloud/task';
import type { TaskScript } from './taskScript';

/** A sample before it is given its moment of creation. */
export interface SampleScript extends TaskScript {
  readonly id: string;
  readonly apiVersion: ApiVersion;
  /** How long before the present it was created. */
  readonly ageMs: number;
}

// Durations, as samples write them.
export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
