import * as z from 'zod/mini';
import { CloudError, type CloudErrorKind } from '../core/errors';
import { parseBoundedJson } from './boundedJson';
import { lenient } from './fields';

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
  /\btask\b/i.test(detail) ? 'taskNotFound' : 'badAnswer';

/** Makes an error of an answer that says no. Its message is the status and what the server says of it. */
export function errorOfRefusal(
  { status, body, retryAfter }: Refusal,
  notFoundKind: NotFoundKind,
): CloudError {
  const detail = detailOf(body);
  const kind = status === 404 ? kindOfNotFound(detail, notFoundKind) : kindOfStatus(status);
  return new CloudError(kind, detail === undefined ? `${status}` : `${status} ${detail}`, {
    status,
    retryAfterMs: parseRetryAfter(retryAfter, Date.now()),
  });
}

/** Milliseconds from now: of seconds, or of a date in one of HTTP's three forms. `undefined` for anything else. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Date.parse alone would take "never 5" for a day in May.
  if (!/^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? [\w :-]+$/.test(text)) {
    return undefined;
  }
  const timeMs = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(timeMs) ? undefined : Math.max(0, timeMs - nowMs);
}

function kindOfStatus(status: number): CloudErrorKind {
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
    case 408:
      return 'server';
    case 429:
      return 'rateLimited';
  }
  if (status >= 500) return 'server';
  return status >= 300 && status < 400 ? 'redirect' : 'badAnswer';
}

// No detail at all is a page of some other server: the base URL is wrong.
function kindOfNotFound(detail: string | undefined, notFoundKind: NotFoundKind): CloudErrorKind {
  if (detail === undefined || /^not found\.?$/i.test(detail.trim())) return 'notServed';
  return notFoundKind(detail);
}

const validationProblem = z.object({
  loc: lenient(z.array(z.union([z.string(), z.number()]))),
  msg: z.string(),
});
const refusalBody = z.object({ detail: z.union([z.string(), z.array(validationProblem)]) });

function detailOf(body: string): string | undefined {
  const answer = refusalBody.safeParse(parseOrUndefined(body));
  if (!answer.success) return undefined;
  const { detail } = answer.data;
  if (typeof detail === 'string') return detail;
  return detail.map(({ loc, msg }) => `${loc?.join('.') ?? ''}: ${msg}`).join('; ');
}

function parseOrUndefined(body: string): unknown {
  try {
    return parseBoundedJson(body);
  } catch {
    return undefined;
  }
}
