import { backoffBaseMs } from './backoff';
import type { CloudError, CloudErrorKind } from './errors';
import type { ApiVersion } from './task';

/** Why nothing is asked at the moment. */
export interface PollHold {
  readonly kind: CloudErrorKind;
  /** When polling goes on by itself, in milliseconds since 1970. Absent: only a new key, a new URL or a refresh helps. */
  readonly until?: number | undefined;
  /** Present where only tasks of this API version are held. */
  readonly apiVersion?: ApiVersion | undefined;
}

/** Without a `Retry-After`, which no document promises, 429 means this pause. */
const rateLimitMs = 60_000;
const longestRateLimitMs = 60 * 60 * 1000;
/** Until something is asked again that only a person can put right. */
const refusedPauseMs = 10 * 60_000;

/** What keeps the poller from asking: everything, or the tasks of one API version. */
export class PollHolds {
  /** The wall clock when it was last told, in milliseconds since 1970. */
  #now = -Infinity;
  #general: PollHold | undefined;
  /** A hold whose time has passed without a success yet: it holds nothing, but says how things are. */
  #passed: PollHold | undefined;
  readonly #versions = new Map<ApiVersion, PollHold>();

  /** The hold on everything. */
  get general(): PollHold | undefined {
    return this.#general;
  }

  /** Those in force, and one that has passed while nobody knows yet whether its reason has. */
  all(): readonly PollHold[] {
    const general = this.#general ?? this.#passed;
    return [...(general ? [general] : []), ...this.#versions.values()];
  }

  ofVersion(apiVersion: ApiVersion): PollHold | undefined {
    return this.#versions.get(apiVersion);
  }

  /** Draws the consequence of a failure that concerns more than its own task; of any other, none. */
  takeIn(error: CloudError, apiVersion: ApiVersion, now: number): void {
    this.#tellTime(now);
    switch (error.kind) {
      case 'auth':
      case 'forbidden':
      case 'noKey':
        this.#general = { kind: error.kind };
        break;
      case 'payment':
        this.#general = { kind: error.kind, until: now + refusedPauseMs };
        break;
      case 'rateLimited': {
        // What a person must put right outlasts it, and is what to say.
        if (this.#general && this.#general.kind !== error.kind) break;
        const pauseMs = Math.max(error.retryAfterMs ?? rateLimitMs, backoffBaseMs);
        const until = now + Math.min(pauseMs, longestRateLimitMs);
        this.#general = { kind: error.kind, until: Math.max(until, this.#general?.until ?? 0) };
        break;
      }
      case 'notServed':
        this.#versions.set(apiVersion, {
          kind: error.kind,
          until: now + refusedPauseMs,
          apiVersion,
        });
        break;
      default:
        break;
    }
  }

  /** Holds everything for so many milliseconds from now. */
  hold(kind: CloudErrorKind, ms: number, now: number): void {
    this.#tellTime(now);
    this.#general = { kind, until: now + ms };
  }

  dropPassed(now: number): void {
    this.#tellTime(now);
    if (this.#general?.until !== undefined && this.#general.until <= now) {
      this.#passed = this.#general;
      this.#general = undefined;
    }
    for (const [version, hold] of this.#versions)
      if (hold.until !== undefined && hold.until <= now) this.#versions.delete(version);
  }

  /** Something worked: what has passed is over. */
  noteSuccess(): void {
    this.#passed = undefined;
  }

  /** Ends the pause after failures that may have passed; a rate limit and a refused key stay. @returns whether there was one */
  dropBackoff(): boolean {
    const hold = this.#general;
    if (hold?.until === undefined || hold.kind === 'rateLimited') return false;
    this.#general = undefined;
    return true;
  }

  /** A person wants to know: only a rate limit stays. */
  dropForRefresh(): void {
    if (this.#general?.kind !== 'rateLimited') this.#general = undefined;
    this.#versions.clear();
  }

  /** The wall clock was set by this many milliseconds: what was left of each pause stays as it was. */
  shift(ms: number): void {
    const shifted = (hold: PollHold): PollHold =>
      hold.until === undefined ? hold : { ...hold, until: hold.until + ms };
    if (this.#general) this.#general = shifted(this.#general);
    for (const [version, hold] of this.#versions) this.#versions.set(version, shifted(hold));
    this.#now += ms;
  }

  clear(): void {
    this.#general = undefined;
    this.#passed = undefined;
    this.#versions.clear();
  }

  /** A wall clock that was set back makes no pause longer. */
  #tellTime(now: number): void {
    if (now < this.#now) this.shift(now - this.#now);
    this.#now = now;
  }
}
