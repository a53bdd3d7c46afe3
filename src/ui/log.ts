import { window, type LogOutputChannel } from 'vscode';
import type { Disposable } from '../core/base/event';
import { isCloudError } from '../core/cloud/errors';
import { oneLine } from '../core/text/plainText';
import { shorten } from '../core/text/shorten';

/**
 * The extension's log: one line for each event, without keys and without control characters.
 * Its output channel is made at the first line.
 */
export class Log implements Disposable {
  #channel: LogOutputChannel | undefined;
  #isDisposed = false;
  readonly #secrets = new Set<string>();
  readonly #name: string;

  /** @param name that the output channel is listed by; two of the same name may be one to VS Code */
  constructor(name = 'Browser Use Tasks') {
    this.#name = name;
  }

  /** No line written from now on shows this text. */
  hide(secret: string): void {
    this.#secrets.add(secret);
  }

  info(line: string): void {
    this.#write('info', line);
  }

  warn(line: string): void {
    this.#write('warn', line);
  }

  /** @param what was tried, as the beginning of a sentence */
  error(what: string, error: unknown): void {
    this.#write('error', `${what}: ${errorLine(error)}`);
  }

  /** As `error`, for a mistake of our own: with its stack, in one line. */
  mistake(what: string, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#write('error', `${what}: ${stack ?? errorLine(error)}`);
  }

  show(): void {
    this.#open().show(true);
  }

  /** What comes later is not written. */
  dispose(): void {
    this.#isDisposed = true;
    this.#channel?.dispose();
  }

  #write(level: 'info' | 'warn' | 'error', line: string): void {
    if (this.#isDisposed) return;
    try {
      this.#open()[level](this.#clean(line));
    } catch {
      // A channel that VS Code has closed throws, and nothing must fail for that: the next line gets another.
      this.#channel = undefined;
    }
  }

  #open(): LogOutputChannel {
    this.#channel ??= window.createOutputChannel(this.#name, { log: true });
    return this.#channel;
  }

  #clean(line: string): string {
    let clean = oneLine(line);
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[key]');
    return shorten(clean.replace(/\bbu_[A-Za-z0-9_-]{6,}/gu, '[key]'), 2000);
  }
}

/** Name, message and what of a `CloudError` helps; never a stack or a whole object, which may carry more. */
function errorLine(error: unknown): string {
  if (isCloudError(error)) {
    const status = error.status === undefined ? '' : `, status ${error.status}`;
    return `${error.message} (${error.kind}${status})`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
