import * as z from 'zod/mini';
import { CloudError, type CloudErrorKind, type RefusalDetails } from '../core/cloud/errors';
import { parseBoundedJson } from './boundedJson';
import { cost, lenient } from './fields';

/** An answer whose status says no. */
export interface Refusal {
  readonly status: number;
  /** As far as it could be read. */
  readonly body: string;
  readonly retryAfter: string | undefined;
}

/** Tells what a 404 means whose `detail` is not the bare `Not Found` of a route that isn't there. */
export type NotFoundKind = (detail: string) => CloudErrorKind;

/** For a request about a task itself. */
export const taskIsMissing: NotFoundKind = () => 'taskNotFound';

/** For a request about no task in particular: whatever is missing, it is the route. */
export const routeIsMissing: NotFoundKind = () => 'notServed';

/** For a request about something of a task: its file or its log may be missing while the task is there. */
export const partIsMissing: NotFoundKind = (detail) =>
  /\btask\b/i.test(detail) ? 'taskNotFound' : 'refused';

/**
 * Makes an error of an answer that says no. Its message is the status and what the API says of it.
 * Only the API's own error texts judge the key, the version or the task: a 4xx without one comes from a gateway, a challenge
 * page or a captive portal, and is of kind `badAnswer`.
 */
export function errorOfRefusal(
  { status, body, retryAfter }: Refusal,
  notFoundKind: NotFoundKind,
): CloudError {
  const { detail, details, retryAfterMs } = readRefusal(body);
  const kind = kindOf(status, detail, notFoundKind);
  const says = detail ?? (kind === 'badAnswer' ? foreignAnswer : '');
  return new CloudError(kind, `${status} ${says}`.trimEnd(), {
    status,
    retryAfterMs: parseRetryAfter(retryAfter, Date.now()) ?? retryAfterMs,
    details,
  });
}

const foreignAnswer = 'without a word of the API’s own: a proxy, a sign-in page or another server';

/** Milliseconds from now: of seconds, or of a date in one of HTTP's three forms. `undefined` for anything else. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const timeMs = parseHttpDate(text);
  return timeMs === undefined ? undefined : Math.max(0, timeMs - nowMs);
}

/** Milliseconds since 1970, of a date in one of HTTP's three forms. `undefined` for anything else. */
export function parseHttpDate(text: string): number | undefined {
  // Date.parse alone would take "never 5" for a day in May.
  if (!/^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? [\w :-]+$/.test(text)) {
    return undefined;
  }
  const timeMs = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function kindOf(
  status: number,
  detail: string | undefined,
  notFoundKind: NotFoundKind,
): CloudErrorKind {
  if (status >= 500 || status === 408) return 'server';
  if (status < 400) return 'redirect';
  // The edge limits by address, and answers as it likes.
  if (status === 429)
    return lacksSlot.test(detail?.slice(0, longestSentence) ?? '') ? 'noFreeSlot' : 'rateLimited';
  if (detail === undefined) return 'badAnswer';
  switch (status) {
    case 400:
    case 422:
      return 'invalidRequest';
    case 401:
      return 'auth';
    case 402:
      return 'payment';
    case 403:
      return 'forbidden';
    case 404:
      return /^not found\.?$/i.test(detail.trim()) ? 'notServed' : notFoundKind(detail);
    default:
      return 'refused';
  }
}

/** @see cloud-api-v3-v4.md §7: one of three kinds of 429 is about slots or the queue of a session, not about requests */
const lacksSlot = /\bconcurrent\b.*\bsessions?\b|\bqueue\b.*\bfull\b/i;
/** In UTF-16 units. Whoever answers may write megabytes. */
const longestSentence = 1000;

const validationProblem = z.object({
  loc: lenient(z.array(z.union([z.string(), z.number()]))),
  msg: z.string(),
});
/** Of a key that may cost no more. @see cloud-api-v3-v4.md §7 */
const spendLimit = z.object({ message: z.string(), cap: cost, spent: cost });
const refusalBody = z.object({
  detail: lenient(z.union([z.string(), z.array(validationProblem), spendLimit])),
  /** Of the project's throttle, which has no `detail`. */
  retry_after_seconds: lenient(z.number().check(z.nonnegative())),
});

interface ReadRefusal {
  /** All of it, for the log. */
  readonly detail?: string;
  readonly details?: RefusalDetails;
  readonly retryAfterMs?: number;
}

/** What the API says of its refusal; no `detail` for a body that is not the API's. */
function readRefusal(body: string): ReadRefusal {
  const answer = refusalBody.safeParse(parseOrUndefined(body));
  if (!answer.success) return {};
  const { detail, retry_after_seconds: seconds } = answer.data;
  return {
    ...(detail === undefined ? {} : readDetail(detail)),
    ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1_000 }),
  };
}

type Detail = NonNullable<z.output<typeof refusalBody>['detail']>;

function readDetail(detail: Detail): Pick<ReadRefusal, 'detail' | 'details'> {
  if (typeof detail === 'string') return { detail, details: { text: detail } };
  if ('message' in detail) {
    const { message, cap, spent } = detail;
    const amounts = cap !== undefined && spent !== undefined ? ` ($${spent} of $${cap} spent)` : '';
    return { detail: message, details: { text: `${message}${amounts}` } };
  }
  const sentences = detail.map(({ loc, msg }) => `${loc?.join('.') ?? ''}: ${msg}`);
  const [first] = detail;
  return {
    detail: sentences.join('; '),
    ...(first && { details: { text: first.msg, field: fieldOf(first.loc ?? []) } }),
  };
}

/** Without the part of the request that it is in, which people don't know of. */
function fieldOf(loc: readonly (string | number)[]): string | undefined {
  const [part] = loc;
  const isPart = part === 'body' || part === 'query' || part === 'path';
  const field = (isPart ? loc.slice(1) : loc).join('.');
  return field === '' ? undefined : field;
}

function parseOrUndefined(body: string): unknown {
  try {
    return parseBoundedJson(body);
  } catch {
    return undefined;
  }
}
