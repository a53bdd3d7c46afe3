/** A fault laid over the answers of a route. It is plain data, so that another process can send it as JSON. */
export interface Fault {
  /**
   * Which requests it hits: a route's name, `GET /api/v2/tasks/{task_id}/status`, or a request's method and path,
   * `GET /api/v2/tasks/7f…/status`. `*` stands for any text: `* /api/v2/*`, or `*` for everything.
   */
  readonly route: string;
  /** How many requests it hits. Default: all until it is cleared. */
  readonly times?: number;
  /** How many requests it lets pass first. Default: 0. */
  readonly skip?: number;
  /** Real milliseconds that the answer, computed at once, is on its way. Default: 0. */
  readonly delayMs?: number;
  /** Default: the true answer, for a fault that only delays. */
  readonly effect?: FaultEffect;
  /**
   * Whether the request does nothing in the cloud, as a gateway's 502 does that says so. Default: false, for a request that
   * does its work and whose answer is lost. Has a meaning only with an effect that doesn't need the true answer.
   */
  readonly preventsAction?: boolean;
}

/** Waits are in real milliseconds, whatever the simulator's clock does. */
export type FaultEffect =
  /** This answer in place of the true one; a body that is no string is sent as JSON. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** The connection is reset: at once, or after so many bytes of the true body. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Nothing is ever answered. */
  | { readonly kind: 'silence' }
  /** Headers, so many bytes of the true body (default 0), then nothing. */
  | { readonly kind: 'stall'; readonly afterBytes?: number }
  /** The true answer, a byte at a time. Default: 100 ms for each. */
  | { readonly kind: 'drip'; readonly intervalMs?: number }
  /** A page of HTML: a gateway's, a challenge, a captive portal's. Default: status 200. */
  | { readonly kind: 'html'; readonly status?: number }
  /** The status as plain text. */
  | { readonly kind: 'text'; readonly status: number }
  /** No body at all. */
  | { readonly kind: 'empty'; readonly status: number }
  /** One of the three kinds of 429. @see cloud-api-v3-v4.md §7 */
  | { readonly kind: 'tooMany'; readonly what: 'requests' | 'requestsOfAddress' | 'sessions' }
  /** The true answer's first half, as if it were whole. */
  | { readonly kind: 'truncated' }
  /** A small gzip body that expands to this many bytes of JSON. */
  | { readonly kind: 'gzipBomb'; readonly expandedBytes: number }
  /** This many bytes of JSON, uncompressed. */
  | { readonly kind: 'largeBody'; readonly bytes: number }
  /** Elsewhere. Default: status 302. */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number };

/** Every kind of effect, for those who read faults from outside. */
export const faultKinds = [
  'answer',
  'reset',
  'silence',
  'stall',
  'drip',
  'html',
  'text',
  'empty',
  'tooMany',
  'truncated',
  'gzipBomb',
  'largeBody',
  'redirect',
] as const satisfies readonly FaultEffect['kind'][];

/** The faults in force, those added first being the first to hit. */
export interface Faults {
  add(fault: Fault): ScriptedFault;
  /** Ends all faults. */
  clear(): void;
  /** The fault that hits this request, which uses up one of its times; for the server. */
  take(routeName: string, methodAndPath: string): Fault | undefined;
}

export interface ScriptedFault {
  /** How many requests it has hit. */
  readonly hits: number;
  clear(): void;
}

export function createFaults(): Faults {
  interface Entry {
    readonly fault: Fault;
    readonly pattern: RegExp;
    seen: number;
    hits: number;
  }
  let entries: Entry[] = [];

  return {
    add: (fault) => {
      const entry: Entry = { fault, pattern: globPattern(fault.route), seen: 0, hits: 0 };
      entries.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        clear: () => {
          entries = entries.filter((candidate) => candidate !== entry);
        },
      };
    },
    clear: () => {
      entries = [];
    },
    take: (routeName, methodAndPath) => {
      for (const entry of entries) {
        if (!entry.pattern.test(routeName) && !entry.pattern.test(methodAndPath)) continue;
        if (entry.hits >= (entry.fault.times ?? Infinity)) continue;
        entry.seen += 1;
        if (entry.seen <= (entry.fault.skip ?? 0)) continue;
        entry.hits += 1;
        return entry.fault;
      }
      return undefined;
    },
  };
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}
