import { formatCount } from '../core/labels/countLabel';
import type { Clock } from '../core/base/clock';
import { ProgressLocation, window } from 'vscode';
import { plainMessage } from '../core/text/plainText';

export interface ProgressOptions {
  /** What is under way, for the notification's first line. */
  readonly title: string;
  /** Aborts where nobody wants it any more. */
  readonly signal?: AbortSignal | undefined;
  /** False for what can't be taken back once it has begun. Default: true. */
  readonly isCancellable?: boolean | undefined;
}

/** Tells how far the work is: what is being done, and which part of all is done, from 0 to 1, where that is known. */
export type ReportProgress = (text: string, part?: number) => void;

/**
 * Shows that something is under way, with a button to cancel it where it can be cancelled. The work's signal aborts when the person cancels or the
 * caller does; what then comes of the work is the caller's to tell.
 */
export async function withProgress<T>(
  { title, signal: outer, isCancellable = true }: ProgressOptions,
  run: (signal: AbortSignal, report: ReportProgress) => Promise<T>,
): Promise<T> {
  const options = {
    location: ProgressLocation.Notification,
    title: plainMessage(title),
    cancellable: isCancellable,
  };
  return window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const subscription = token.onCancellationRequested(abort);
    outer?.addEventListener('abort', abort);
    if (outer?.aborted === true) abort();
    let percent = 0;
    let last = '';
    const report: ReportProgress = (text, part) => {
      const message = plainMessage(text);
      const now = part === undefined ? percent : Math.floor(100 * Math.min(1, Math.max(0, part)));
      // Thousands of pieces come in a second; the person sees some.
      if (message === last && now <= percent) return;
      progress.report({ message, increment: Math.max(0, now - percent) });
      percent = Math.max(percent, now);
      last = message;
    };
    try {
      return await run(controller.signal, report);
    } finally {
      subscription.dispose();
      outer?.removeEventListener('abort', abort);
    }
  });
}

/** Tells how many of all are done. */
type ReportCount = (done: number, total: number) => void;

/** As `withProgress`, of work that is done piece by piece: "12 of 2,300". */
export async function withCountedProgress<T>(
  options: ProgressOptions,
  run: (signal: AbortSignal, onProgress: ReportCount) => Promise<T>,
): Promise<T> {
  return withProgress(options, (signal, report) =>
    run(signal, (done, total) =>
      report(`${formatCount(done)} of ${formatCount(total)}`, done / Math.max(total, 1)),
    ),
  );
}

/** As `withCountedProgress`, but that a single piece shows its progress in a view, where it cannot be cancelled. */
export async function withPieceProgress<T>(
  {
    count,
    viewId,
    ...options
  }: ProgressOptions & {
    readonly count: number;
    readonly viewId: string;
    readonly signal: AbortSignal;
  },
  run: (signal: AbortSignal, onProgress?: ReportCount) => Promise<T>,
): Promise<T> {
  if (count !== 1) return withCountedProgress(options, run);
  return window.withProgress({ location: { viewId } }, () => run(options.signal));
}

/** What takes longer is no moment any more, in milliseconds. */
const momentMs = 5000;

/**
 * As `withProgress`, of what usually takes a moment, in which a notification would be gone before it is read: shows its progress in a
 * view, and only where it takes longer in a notification, too.
 */
export async function withBriefProgress<T>(
  {
    viewId,
    clock,
    signal: outer,
    ...options
  }: ProgressOptions & {
    readonly viewId: string;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancelled = new AbortController();
  const done = new AbortController();
  const work = Promise.resolve(
    window.withProgress({ location: { viewId } }, () =>
      run(AbortSignal.any([outer, cancelled.signal])),
    ),
  ).finally(() => done.abort());
  void clock.sleep(momentMs, done.signal).then(async () => {
    if (done.signal.aborted) return;
    await withProgress(options, async (signal) => {
      signal.addEventListener('abort', () => cancelled.abort());
      // Why it failed is told to who waits for it.
      await Promise.allSettled([work]);
    });
  });
  return work;
}

/** "12 MB of 40 MB"; below a megabyte in kilobytes. */
export function formatBytes(received: number, total: number | undefined): string {
  return total === undefined
    ? formatSize(received)
    : `${formatSize(received)} of ${formatSize(total)}`;
}

function formatSize(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.ceil(bytes / 1000)} KB`
    : `${Math.floor(bytes / 1_000_000)} MB`;
}
