import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What the simulator has seen since it started or since the last reset. Control requests don't count. */
export interface Counts {
  readonly total: number;
  /** Requests by route name; those to no route go under their method and `unknown`. */
  readonly requests: Readonly<Record<string, number>>;
  /** How many requests are being answered now. */
  readonly concurrent: number;
  readonly peakConcurrent: number;
  /** Bytes of whole requests and answers, headers included. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The last requests, oldest first, at most 1,000. */
  readonly seen: readonly SeenRequest[];
  /** How many requests came to a route, by its name. */
  of(routeName: string): number;
  reset(): void;
}

export interface SeenRequest {
  readonly route: string;
  readonly method: string;
  /** As it came, with its query. */
  readonly url: string;
  /** Milliseconds since 1970: the real time, and the simulator's. */
  readonly realMs: number;
  readonly clockMs: number;
  /** In lower case. Their values are not kept, as one of them is a key. */
  readonly headerNames: readonly string[];
  /** Whether a header for a key came along, of any API version. */
  readonly hasKeyHeader: boolean;
  /** The answer's status; `undefined` while there is none, and for an answer that never came. */
  status: number | undefined;
}

/** The counting half, for the server. */
export interface Counter {
  readonly counts: Counts;
  /** Call it when a request has come; its counting ends by itself when the answer closes. */
  begin(request: IncomingMessage, response: ServerResponse, route: string, clockMs: number): void;
  /** Call it for a request that doesn't count. */
  ignore(request: IncomingMessage, response: ServerResponse): void;
}

const seenLimit = 1_000;

export function createCounter(): Counter {
  let total = 0;
  let requests = new Map<string, number>();
  let concurrent = 0;
  let peakConcurrent = 0;
  let bytesIn = 0;
  let bytesOut = 0;
  let seen: SeenRequest[] = [];
  // How much of a connection is accounted for: it carries one request after another.
  const marks = new WeakMap<Socket, { read: number; written: number }>();

  function account(socket: Socket, counts: boolean): void {
    const mark = marks.get(socket) ?? { read: 0, written: 0 };
    if (counts) {
      bytesIn += socket.bytesRead - mark.read;
      bytesOut += socket.bytesWritten - mark.written;
    }
    marks.set(socket, { read: socket.bytesRead, written: socket.bytesWritten });
  }

  const counts: Counts = {
    get total() {
      return total;
    },
    get requests() {
      return Object.fromEntries(requests);
    },
    get concurrent() {
      return concurrent;
    },
    get peakConcurrent() {
      return peakConcurrent;
    },
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return bytesOut;
    },
    get seen() {
      return [...seen];
    },
    of: (routeName) => requests.get(routeName) ?? 0,
    reset: () => {
      total = 0;
      requests = new Map();
      peakConcurrent = concurrent;
      bytesIn = 0;
      bytesOut = 0;
      seen = [];
    },
  };

  return {
    counts,
    begin: (request, response, route, clockMs) => {
      const { socket } = request;
      const entry: SeenRequest = {
        route,
        method: request.method ?? '',
        url: request.url ?? '',
        realMs: Date.now(),
        clockMs,
        headerNames: Object.keys(request.headers),
        hasKeyHeader:
          request.headers['x-browser-use-api-key'] !== undefined ||
          request.headers.authorization !== undefined,
        status: undefined,
      };
      total += 1;
      requests.set(route, (requests.get(route) ?? 0) + 1);
      seen.push(entry);
      if (seen.length > seenLimit) seen.shift();
      concurrent += 1;
      peakConcurrent = Math.max(peakConcurrent, concurrent);
      response.once('close', () => {
        concurrent -= 1;
        entry.status = response.headersSent ? response.statusCode : undefined;
        account(socket, true);
      });
    },
    ignore: (request, response) => {
      const { socket } = request;
      response.once('close', () => account(socket, false));
    },
  };
}
