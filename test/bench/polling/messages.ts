import type { TaskRef } from '../../../src/core/cloud/task';

/** What the process of the cloud is told: which worlds to begin, each with tasks of its own. */
export interface CloudOrders {
  readonly tasksPerWorld: number;
  /** Those of the tasks, in turns. */
  readonly apiVersions: readonly TaskRef['apiVersion'][];
  readonly worlds: number;
  /** The ends are spread evenly over this time from now, in milliseconds. */
  readonly spreadMs: number;
}

/** A simulated cloud of its own, with the tasks that run there. */
export interface World {
  readonly url: string;
  readonly tasks: readonly WorldTask[];
}

export interface WorldTask extends TaskRef {
  /** When it ends on the server, in milliseconds since 1970. Not every version's answers tell. */
  readonly endsAtMs: number;
}

/** What the process of the cloud answers to orders. */
export interface Begun {
  /** Names the worlds in the question for their traffic. */
  readonly group: number;
  readonly worlds: readonly World[];
}

/** What the requests to all worlds of a group came to. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
  /** The highest of any world. */
  readonly peakConcurrency: number;
}

export type ContenderName =
  'ours' | 'sdk' | 'sdk2' | 'bare' | 'oneWindow' | 'threeWindows' | 'newcomers';

/** What one process found that polled a group of worlds until every task had ended. */
export interface Finding {
  /** From the end on the server to the end in the store, in milliseconds, for each task. */
  readonly delaysMs: readonly number[];
  readonly cpuSeconds: number;
}

/** Who waits for tasks. Its modules are loaded when it is made; nothing is requested before `poll`. */
export interface Contender {
  /**
   * Resolves when the ends of all of a world's tasks are known.
   * @param onEnd called once for each, with its `endsAtMs`
   */
  poll(world: World, onEnd: (endsAtMs: number) => void): Promise<void>;
}
