import { create } from 'axios';
import { CloudError } from '../core/cloud/errors';
import type { RequestAllowance } from '../core/cloud/taskClient';

/** How long and how much one request may take. Bytes are counted after decompression. */
export interface Limits {
  readonly deadlineMs: number;
  readonly maxBytes: number;
  /** For all details of a task, which a person waits for and can cancel. */
  readonly detailsDeadlineMs: number;
  readonly maxDetailsBytes: number;
  readonly downloadDeadlineMs: number;
  /** For one file. Its link lives for five minutes. */
  readonly uploadDeadlineMs: number;
}

export const defaultLimits: Limits = {
  deadlineMs: 15_000,
  maxBytes: 8 * 1024 * 1024,
  detailsDeadlineMs: 60_000,
  maxDetailsBytes: 64 * 1024 * 1024,
  downloadDeadlineMs: 60_000,
  uploadDeadlineMs: 300_000,
};

export interface Exchange {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Bytes as they are, which need a `Content-Type`; all else as JSON. */
  readonly body?: object | undefined;
  /** In axios' words: a base with a path below it, or an absolute URL by itself. */
  readonly target:
    | { readonly baseURL: string; readonly url: string; readonly allowAbsoluteUrls: false }
    | { readonly url: string };
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly maxBytes: number;
  /**
   * Called with the size of a successful answer's body as it comes, in bytes: first with 0, then after each piece.
   * With it the deadline holds for each piece, not for the whole.
   */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /**
   * Called with the size of what has left of a body of bytes, a few times a second: from the beginning, and perhaps late. With
   * it the body is sent as a stream, where `fetch` can do that.
   */
  readonly onSent?: ((sent: number) => void) | undefined;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly allowance: RequestAllowance | undefined;
  readonly date: string | undefined;
  readonly body: Uint8Array;
}

/**
 * One request and its whole answer, whatever its status.
 * @throws {CloudError} with nothing of the request in it; an `AbortError`
 */
export async function exchange(options: Exchange): Promise<Answer> {
  const {
    method = 'GET',
    body,
    target,
    headers,
    signal,
    deadlineMs,
    maxBytes,
    onProgress,
    onSent,
  } = options;
  const isBytes = body instanceof Uint8Array;
  return withDeadline(signal, deadlineMs, async (signal, postpone) => {
    try {
      const {
        status,
        data,
        headers: answered,
      } = await http.request<Body>({
        ...target,
        method,
        signal,
        data: isBytes || body === undefined ? body : JSON.stringify(body),
        headers: {
          ...headers,
          ...(body && !isBytes && { 'Content-Type': 'application/json' }),
          // Without a length, a stream is sent in chunks, which file stores refuse.
          ...(isBytes && onSent && { 'Content-Length': String(body.byteLength) }),
        },
        ...(onSent && { onUploadProgress: ({ loaded }) => onSent(loaded) }),
      });
      const total = totalOf(answered);
      const onBytes = (received: number): void => {
        if (!onProgress || signal.aborted) return;
        postpone();
        onProgress(received, total);
      };
      const { 'retry-after': retryAfter, date }: Record<string, unknown> = answered;
      return {
        status,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
        allowance: allowanceOf(answered),
        date: typeof date === 'string' ? date : undefined,
        body: isSuccess(status)
          ? await readBody(data, maxBytes, signal, onBytes)
          : await readRefusal(data, signal),
      };
    } catch (error) {
      if (error instanceof CloudError) throw error;
      // The fetch of Electron, which VS Code's `http.electronFetch` brings, takes no stream of a certain length. It knows no codes.
      const isOfElectron = !causesOf(error).some((cause) => codeOf(cause) !== undefined);
      if (onSent && isOfElectron && !signal.aborted)
        return exchange({ ...options, signal, onSent: undefined });
      throw errorOfFailure(error);
    }
  });
}

/** True for 200 to 299. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

type Body = ReadableStream<Uint8Array> | null;

/**
 * The one axios instance. It holds no key and no interceptors, and looks `fetch` up at each call: in
 * VS Code that one knows the user's proxy and certificates.
 * The body comes as a stream, because axios' own cap (`maxContentLength`) lets go of the signal
 * when it trips and leaves the connection open.
 */
const http = create({
  adapter: 'fetch',
  responseType: 'stream',
  // A custom key header would follow a redirect to another host.
  fetchOptions: { redirect: 'error', cache: 'no-store', referrerPolicy: 'no-referrer' },
  withCredentials: false,
  // A browser would send a preflight request for a header of this name.
  headers: { 'User-Agent': false },
  validateStatus: () => true,
  // axios would send the whole buffer that a piece of bytes lies in.
  transformRequest: [],
  transformResponse: [],
});

/** How many bytes the body is said to have. Compressed ones are counted otherwise than those that are read. */
function totalOf(headers: Readonly<Record<string, unknown>>): number | undefined {
  const length = headers['content-length'];
  const isPlain = headers['content-encoding'] === undefined;
  return isPlain && typeof length === 'string' && /^\d{1,15}$/.test(length)
    ? Number(length)
    : undefined;
}

/** A server whose window is longer than a minute counts otherwise than the cloud, or means a date. */
const longestWindowSeconds = 60;

/** What the throttle of a project says of the requests to come. @see cloud-api-v3-v4.md §7 */
function allowanceOf(headers: Readonly<Record<string, unknown>>): RequestAllowance | undefined {
  const countOf = (name: string): number => {
    const value = headers[name];
    return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  };
  const remaining = countOf('x-ratelimit-remaining');
  const seconds = countOf('x-ratelimit-reset');
  if (Number.isNaN(remaining) || !(seconds <= longestWindowSeconds)) return undefined;
  return { remaining, resetMs: seconds * 1000 };
}

async function readBody(
  body: Body,
  maxBytes: number,
  signal: AbortSignal,
  onBytes?: (received: number) => void,
): Promise<Uint8Array> {
  onBytes?.(0);
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  // Node's fetch holds its request weakly: once that is collected, the signal reaches the connection no more.
  const letGo = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', letGo, { once: true });
  // The deadline may have passed since the headers came.
  if (signal.aborted) letGo();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatenate(chunks, length);
    length += value.byteLength;
    if (length > maxBytes) {
      letGo();
      throw new CloudError('tooLarge', `The answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(value);
    onBytes?.(length);
  }
}

/** Most that is read of an answer that says no. */
const maxRefusalBytes = 64 * 1024;

// Its status says enough: a body that breaks off or never ends must not hide it.
async function readRefusal(body: Body, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readBody(body, maxRefusalBytes, signal);
  } catch {
    return new Uint8Array();
  }
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/**
 * Takes nothing from the failure but a code such as `ECONNREFUSED`: an axios error carries the request
 * with its headers, and a message of `fetch` may quote a header's value.
 */
function errorOfFailure(failure: unknown): CloudError {
  const causes = causesOf(failure);
  if (causes.some(isRedirect)) {
    return new CloudError('redirect', 'The answer points elsewhere, which is not followed');
  }
  const code = causes.map(codeOf).findLast((code) => code !== undefined);
  if (code?.startsWith('Z_') === true) {
    return new CloudError('badAnswer', `The answer can't be decompressed (${code})`);
  }
  const message = code === undefined ? 'No answer' : `No answer (${code})`;
  return new CloudError('network', message, { isUnsent: causes.some(isWithoutConnection) });
}

/** True where the name of the server was not found, or it let nobody in: then nothing of the request has left. */
function isWithoutConnection(error: Error): boolean {
  const call = 'syscall' in error ? error.syscall : undefined;
  if (call === 'connect' || call === 'getaddrinfo') return true;
  // Of several addresses of one name, or by undici's own clock, there is no call to name.
  const code = codeOf(error);
  return code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

function causesOf(failure: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = failure; cause instanceof Error && causes.length < 8; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? code : undefined;
}

// Messages of Node's fetch, and of Electron's. A browser gives none: there it counts as no answer.
function isRedirect(error: Error): boolean {
  return /\bunexpected redirect\b|\bredirect (?:mode|policy)\b/i.test(error.message);
}

/**
 * Runs work that ends when its deadline passes or the caller aborts, whichever comes first, even if
 * the work itself does not heed its signal. That signal is aborted unless the work has come to its own good end, so
 * that a body which nobody reads any more frees its connection. Leaves no timer and no listener.
 * Work that makes progress may postpone the deadline: then it passes so long after the last progress.
 * Not `AbortSignal.any`: in Node 20 each call leaves a little behind in a caller's long-lived signal.
 * @throws {CloudError} of kind `timeout`; an `AbortError` when the caller aborted
 */
export async function withDeadline<T>(
  caller: AbortSignal,
  deadlineMs: number,
  work: (signal: AbortSignal, postpone: () => void) => Promise<T>,
): Promise<T> {
  if (caller.aborted) throw abortError();
  const controller = new AbortController();
  let stopListening = (): void => undefined;
  let postpone = (): void => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(abortError());
    caller.addEventListener('abort', onAbort, { once: true });
    const startTimer = () =>
      setTimeout(() => {
        reject(new CloudError('timeout', `No whole answer within ${deadlineMs} ms`));
      }, deadlineMs);
    let timer = startTimer();
    postpone = () => {
      clearTimeout(timer);
      timer = startTimer();
    };
    stopListening = () => {
      postpone = () => undefined;
      clearTimeout(timer);
      caller.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([work(controller.signal, () => postpone()), interrupted]);
  } catch (error) {
    controller.abort();
    throw error;
  } finally {
    stopListening();
  }
}

function abortError(): Error {
  const error = new Error('The call was aborted');
  error.name = 'AbortError';
  return error;
}
