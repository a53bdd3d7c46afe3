import { rateLimitPauseMs, refusedCapMs } from './backoff';
import { asksForPause, type CloudError, type CloudErrorKind } from '../cloud/errors';
import type { ApiVersion } from '../cloud/task';

/** Why polling is paused. */
export interface PollPause {
  readonly kind: CloudErrorKind;
  /** When polling goes on by itself, in milliseconds since 1970. Absent: only a new key, a new URL or a refresh helps. */
  readonly until?: number | undefined;
  /** Present where only tasks of this API version are paused. */
  readonly apiVersion?: ApiVersion | undefined;
}

/** Until an API version that is not served is polled again, at first; each time in a row it doubles, up to the cap. */
const notServedMs = 30_000;

/** The pauses of the poller: of everything, or of the tasks of one API version. */
export class PollPauses {
  /** The wall clock as last passed in, in milliseconds since 1970. */
  #now = -Infinity;
  #general: PollPause | undefined;
  /** Whether the server named the time of the pause of everything: then it stays, whoever comes. */
  #isOrdered = false;
  /** A pause that is over, but without a success since: it stops no poll, and is still shown. */
  #passed: PollPause | undefined;
  readonly #versions = new Map<ApiVersion, PollPause>();
  /** How long each API version was last paused, until it is served again. */
  readonly #notServedMs = new Map<ApiVersion, number>();

  /** The pause of everything. */
  get general(): PollPause | undefined {
    return this.#general;
  }

  /** The pauses in force, and one that is over while its reason may still hold. */
  all(): readonly PollPause[] {
    const general = this.#general ?? this.#passed;
    return [...(general ? [general] : []), ...this.#versions.values()];
  }

  ofVersion(apiVersion: ApiVersion): PollPause | undefined {
    return this.#versions.get(apiVersion);
  }

  /** Draws the consequence of what the cloud says of one task, where it concerns more than that task. */
  takeIn(error: CloudError, apiVersion: ApiVersion, now: number): void {
    this.#noteClock(now);
    switch (error.kind) {
      case 'auth':
      case 'noKey':
        this.#pauseAll({ kind: error.kind });
        break;
      case 'payment':
        this.#pauseAll({ kind: error.kind, until: now + refusedCapMs });
        break;
      case 'notServed': {
        // Several requests may have been under way.
        if (this.#versions.has(apiVersion)) break;
        const before = this.#notServedMs.get(apiVersion);
        const ms = before === undefined ? notServedMs : Math.min(2 * before, refusedCapMs);
        this.#notServedMs.set(apiVersion, ms);
        this.#versions.set(apiVersion, { kind: error.kind, until: now + ms, apiVersion });
        break;
      }
      default:
        break;
    }
    this.#obey(error, now);
  }

  /** As `takeIn` for what the cloud says of a list, which judges neither the key nor the API version. */
  takeInOfList(error: CloudError, now: number): void {
    this.#noteClock(now);
    if (error.kind === 'noKey') this.#pauseAll({ kind: error.kind });
    this.#obey(error, now);
  }

  /** Pauses all polling for this many milliseconds from now. */
  pause(kind: CloudErrorKind, ms: number, now: number): void {
    this.#noteClock(now);
    this.#pauseAll({ kind, until: now + ms });
  }

  /** A task of this API version was answered for. */
  noteServed(apiVersion: ApiVersion): void {
    this.#notServedMs.delete(apiVersion);
  }

  dropPassed(now: number): void {
    this.#noteClock(now);
    if (this.#general?.until !== undefined && this.#general.until <= now) {
      this.#passed = this.#general;
      this.#general = undefined;
    }
    for (const [version, pause] of this.#versions)
      if (pause.until !== undefined && pause.until <= now) this.#versions.delete(version);
  }

  /** A request succeeded, so a pause that is over is no longer shown. */
  noteSuccess(): void {
    this.#passed = undefined;
  }

  /** Ends the pause after failures that may have passed; what the server ordered and a rejected key stay. @returns whether there was one */
  dropBackoff(): boolean {
    if (this.#general?.until === undefined || this.#isOrdered) return false;
    this.#general = undefined;
    return true;
  }

  /** For a refresh by a person: ends every pause but one that the server ordered. */
  dropForRefresh(): void {
    if (!this.#isOrdered) this.#general = undefined;
    this.#versions.clear();
  }

  /** The wall clock was set by this many milliseconds: what was left of each pause stays as it was. */
  shift(ms: number): void {
    const shifted = (pause: PollPause): PollPause =>
      pause.until === undefined ? pause : { ...pause, until: pause.until + ms };
    if (this.#general) this.#general = shifted(this.#general);
    for (const [version, pause] of this.#versions) this.#versions.set(version, shifted(pause));
    this.#now += ms;
  }

  clear(): void {
    this.#general = undefined;
    this.#passed = undefined;
    this.#versions.clear();
    this.#notServedMs.clear();
  }

  /** Waits as long as the server says, or as a rate limit demands. */
  #obey(error: CloudError, now: number): void {
    if (!asksForPause(error)) return;
    const { kind, retryAfterMs } = error;
    // What a person must put right outlasts it, and is what to say.
    if (this.#general && !this.#isOrdered) return;
    const until = Math.max(now + rateLimitPauseMs(retryAfterMs), this.#general?.until ?? 0);
    const isTrouble = kind === 'server' || kind === 'badAnswer';
    this.#pauseAll({ kind: isTrouble ? kind : 'rateLimited', until }, true);
  }

  #pauseAll(pause: PollPause, isOrdered = false): void {
    this.#general = pause;
    this.#isOrdered = isOrdered;
  }

  /** Shifts the pauses where the wall clock was set back, so that none gets longer. */
  #noteClock(now: number): void {
    if (now < this.#now) this.shift(now - this.#now);
    this.#now = now;
  }
}
