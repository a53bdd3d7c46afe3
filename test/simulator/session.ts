import type { ApiVersion } from '../../src/core/cloud/task';
import { createHash } from 'node:crypto';

/** What tasks belong to, whichever API version they are of. v1 has sessions too, but shows none of them. */
export interface Session {
  readonly id: string;
  readonly apiVersion: ApiVersion;
  readonly startedAtMs: number;
  /** Whether the session outlives its task. v4's do always. */
  keepAlive: boolean;
  readonly persistMemory: boolean;
  readonly isRecorded: boolean;
  /** Set by a stop; a session that does not outlive its task ends with it and needs none. */
  stoppedAtMs: number | undefined;
  share: Share | undefined;
  /** Fields of the body of the request that created the session, which answers of v3 and v4 repeat. */
  readonly createdWith: Readonly<Record<string, unknown>>;
  /** Where the session's files are. v3's have none unless it is named or filled; v4's have one always. */
  readonly workspaceId: string | undefined;
  /** v4: the title that a person gave it; `undefined` for that of the latest run. */
  title: string | null | undefined;
  /** v4: the limit on the costs of the active run, as it was set after the run's creation. */
  costCapUsd: string | undefined;
  /** v4: every message that was ever sent to the session's queue, in that order. */
  readonly queue: QueuedMessage[];
  /** v3 and v4: when a person stopped which of the session's browsers, in milliseconds since 1970. */
  readonly browserStops: Map<string, number>;
}

/** A public page of a session. */
export interface Share {
  readonly token: string;
  readonly createdAtMs: number;
  /** v4: a share can be switched off and keeps its token. */
  isActive: boolean;
  viewCount: number;
  lastViewedAtMs: number | undefined;
}

/** A message to a session of v4 that waits for its turn. @see OpenAPI document of v4, `QueuedMessage` */
export interface QueuedMessage {
  readonly id: number;
  readonly text: string;
  readonly attachedFileIds: readonly string[] | undefined;
  readonly isInterrupt: boolean;
  /** The value of the header `X-V4-Queue-Deduplicate`. */
  readonly deduplicate: string | undefined;
  readonly createdAtMs: number;
  status: 'pending' | 'consumed' | 'cancelled';
  /** The run that took it. */
  runId: string | undefined;
}

/** A public share that nobody has viewed yet. Its token follows from the session; v4's has 32 characters. */
export function newShare(
  { id, apiVersion }: Pick<Session, 'id' | 'apiVersion'>,
  nowMs: number,
): Share {
  const token = createHash('sha256')
    .update(`share of ${id}`)
    .digest('base64url')
    .slice(0, apiVersion === 'v4' ? 32 : 22);
  return { token, createdAtMs: nowMs, isActive: true, viewCount: 0, lastViewedAtMs: undefined };
}
