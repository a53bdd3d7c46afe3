import { jsonAnswer } from './answer';
import type { Answer } from './answer';
import type { Clock } from './clock';

/** How many requests a project may send in a second, on the average of a window of five. @see cloud-api-v3-v4.md §7 */
export interface RateLimits {
  /** Default: 25. */
  readonly generalPerSecond?: number;
  /** For the routes that are made for polling. Default: 25; the cloud's is twice the concurrency where that is more. */
  readonly pollPerSecond?: number;
}

export interface Throttle {
  /** Counts a request. */
  take(routeName: string): Turn;
}

export interface Turn {
  /** For the request's answer, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** The answer to a request beyond the limit. */
  readonly refusal: Answer | undefined;
}

const windowMs = 5_000;

const pollRoutes: ReadonlySet<string> = new Set([
  'GET /api/v4/runs/{run_id}/status',
  'GET /api/v4/sessions/{session_id}',
  'GET /api/v4/browsers/{session_id}',
]);

/** The throttle of a project: a bucket for polls and one for all else, filled anew at each window of the clock. */
export function createThrottle(clock: Clock, limits: RateLimits): Throttle {
  const buckets = {
    general: { perSecond: limits.generalPerSecond ?? 25, window: -1, used: 0 },
    poll: { perSecond: limits.pollPerSecond ?? 25, window: -1, used: 0 },
  };
  return {
    take: (routeName) => {
      const bucket = pollRoutes.has(routeName) ? buckets.poll : buckets.general;
      const nowMs = clock.now();
      const window = Math.floor(nowMs / windowMs);
      if (bucket.window !== window) Object.assign(bucket, { window, used: 0 });
      bucket.used += 1;
      const limit = (bucket.perSecond * windowMs) / 1_000;
      const resetSeconds = Math.ceil(((window + 1) * windowMs - nowMs) / 1_000);
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - bucket.used)),
        'x-ratelimit-reset': String(resetSeconds),
      };
      if (bucket.used <= limit) return { headers, refusal: undefined };
      const refusal = jsonAnswer(429, {
        error: 'rate_limited',
        limit_rps: bucket.perSecond,
        retry_after_seconds: resetSeconds,
      });
      const retryAfter = { 'retry-after': String(resetSeconds) };
      return {
        headers,
        refusal: { ...refusal, headers: { ...refusal.headers, ...retryAfter, ...headers } },
      };
    },
  };
}
