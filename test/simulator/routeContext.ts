import type { ApiVersion } from '../../src/core/cloud/task';
import type { Cloud } from './cloud';
import type { Presigner } from './presigner';
import type { TaskScript } from './taskScript';

/** What routes answer from. */
export interface RouteContext {
  readonly cloud: Cloud;
  readonly presigner: Presigner;
  /** Where the simulator listens, without a slash at the end. */
  baseUrl(): string;
  /** Whether v1 is that of a self-hosted server. */
  readonly isSelfHosted: boolean;
  /** A moment as v3 and v4 write it. */
  readonly moment: (milliseconds: number) => string;
  /** The script of a task that a client creates. */
  scriptFor(created: CreatedTask): TaskScript;
}

/** What a client asked for as it created a task. */
export interface CreatedTask {
  readonly apiVersion: ApiVersion;
  readonly prompt: string;
  /** The whole body of its request. */
  readonly body: Readonly<Record<string, unknown>>;
}
