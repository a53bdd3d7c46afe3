import type { Server } from '../core/cloud/baseUrl';
import { asksForPause, CloudError } from '../core/cloud/errors';
import type { CloudOptions } from '../core/cloud/taskClient';
import { oneLine } from '../core/text/plainText';
import { shorten } from '../core/text/shorten';
import { parseBoundedJson } from './boundedJson';
import { exchange, isSuccess, type Limits } from './http';
import { errorOfRefusal, parseHttpDate, type NotFoundKind } from './refusal';

export interface ApiRequest<T> {
  /** Default: GET. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: object;
  /** What of the body must be in no error, as a server may repeat it in its refusal: prompts and secrets. */
  readonly hidden?: readonly string[];
  /** From the template tag `path`. */
  readonly path: string;
  /** Ends the request; one that changes something only until it has left. */
  readonly signal: AbortSignal;
  /** True for all details of a task: the larger limits hold. */
  readonly isDetails?: boolean;
  /** True for what nobody waits for: other requests are sent first. */
  readonly isBackground?: boolean;
  readonly notFoundKind: NotFoundKind;
  /**
   * Makes sense of the parsed answer, `undefined` for one without a body, or throws a `CloudError`.
   * @param answeredAtMs when the server answered by its own clock, as its header `Date` says; in milliseconds since 1970
   */
  readonly read: (answer: unknown, answeredAtMs?: number) => T;
}

/**
 * Sends one request and gives what its answer says, with `[key]` wherever its texts repeat the key.
 * @throws {CloudError} whose message names the path and never holds the key; an `AbortError`
 */
export type SendRequest = <T>(request: ApiRequest<T>) => Promise<T>;

export interface SendRequestOptions {
  readonly server: Server;
  readonly key: string;
  /** What carries the key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly rateLimiter: CloudOptions['rateLimiter'];
}

/** Asks one server in one API version's way. */
export function createSendRequest({
  server,
  key,
  headers,
  limits,
  rateLimiter,
}: SendRequestOptions): SendRequest {
  const spellings = isDistinct(key) ? spellingsOf(key) : [];
  const withoutKey = (text: string): string =>
    spellings.reduce((line, secret) => line.replaceAll(secret, '[key]'), text);
  /** Servers repeat a key in their errors, and agents in what they write. Most answers don't, and are spared a second reading. */
  const parse = (body: string): unknown => {
    const answer = parseAnswer(body);
    const mayHoldKey =
      spelledOut.test(body) || spellings.some((spelling) => body.includes(spelling));
    return mayHoldKey && spellings.length > 0 ? mapTexts(answer, withoutKey) : answer;
  };
  return async (request) => {
    const { path, signal, isDetails = false, notFoundKind, read } = request;
    const method = request.method ?? 'GET';
    const redact = (text: string): string =>
      withoutHidden(withoutKey(oneLine(text)), request.hidden);
    if (key === '') throw new CloudError('noKey', 'There is no API key');
    // Such a key can't be a header's value; what would be sent instead is another key.
    if (!/^[!-~]+$/.test(key)) {
      throw new CloudError('auth', 'The API key holds characters that no key has');
    }
    // Not within the deadline, which is the server's.
    await rateLimiter?.take(signal, request.isBackground);
    // A change that was sent may have happened, though the caller aborted.
    const sentSignal = method === 'GET' ? signal : never;
    try {
      const answer = await exchange({
        method,
        body: request.body,
        target: { baseURL: server.baseUrl, url: path, allowAbsoluteUrls: false },
        headers: { ...headers, Accept: 'application/json' },
        signal: sentSignal,
        deadlineMs: isDetails ? limits.detailsDeadlineMs : limits.deadlineMs,
        maxBytes: isDetails ? limits.maxDetailsBytes : limits.maxBytes,
      });
      if (answer.allowance) rateLimiter?.noteAllowance(answer.allowance);
      const body = new TextDecoder().decode(answer.body);
      if (!isSuccess(answer.status)) throw errorOfRefusal({ ...answer, body }, notFoundKind);
      return read(body === '' ? undefined : parse(body), parseHttpDate(answer.date?.trim() ?? ''));
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const { kind, status, retryAfterMs, isUnsent, message, details } = error;
      if (asksForPause(error))
        rateLimiter?.noteRateLimit(retryAfterMs, kind === 'rateLimited' ? kind : 'server');
      throw new CloudError(kind, shorten(redact(`${method} ${path}: ${message}`), 500), {
        status,
        retryAfterMs,
        isUnsent,
        details: details && {
          text: shorten(redact(details.text), longestDetail),
          field: details.field && shorten(redact(details.field), longestDetail),
        },
      });
    }
  };
}

/**
 * Shorter texts are parts of IDs and words, and no keys: `keyProblem` says so. A server of one's own may take a mere word for
 * a key, which answers have as a field or a status.
 */
function isDistinct(key: string): boolean {
  return key.length >= 8 && !/^[a-z_-]{1,20}$/iu.test(key);
}

/** How a key stands in texts, in links, and in JSON within JSON, where some servers escape the slash. */
function spellingsOf(key: string): readonly string[] {
  const inJson = JSON.stringify(key).slice(1, -1);
  return [key, encodeURIComponent(key), inJson, inJson.replaceAll('/', String.raw`\/`)];
}

/** A sign of a key in JSON that is escaped without need. */
const spelledOut = /\\(?:\/|u00[2-7])/;

/** All texts of parsed JSON, the names of fields included, as a function changes them. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [change(name), mapTexts(field, change)]),
  );
}

/** In characters, of what is shown of the cloud's own words. */
const longestDetail = 200;

/** Shorter texts are parts of any sentence. */
const shortestHidden = 4;

function withoutHidden(line: string, hidden: readonly string[] = []): string {
  return hidden
    .map(oneLine)
    .filter(({ length }) => length >= shortestHidden)
    .reduce((rest, text) => rest.replaceAll(text, '[…]'), line);
}

const never = new AbortController().signal;

function parseAnswer(body: string): unknown {
  try {
    return parseBoundedJson(body);
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'unreadable';
    throw new CloudError('badAnswer', `The answer is ${reason}`);
  }
}
