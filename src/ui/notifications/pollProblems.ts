import type { CloudErrorKind } from '../../core/cloud/errors';
import type { Disposable } from '../../core/base/event';
import { errorWords } from '../../core/labels/errorWords';
import type { PollHold } from '../../core/polling/pollHolds';
import type { Polling } from '../../core/polling/polling';
import type { Announcement } from '../../core/windows/windowMessages';
import type { ApiKey } from '../account/apiKey';
import { tell } from '../reportError';
import type { Settings } from '../settings';

export interface PollProblemsOptions {
  readonly poller: Polling;
  readonly apiKey: ApiKey;
  readonly settings: Settings;
  /** Has the person told in the window where they are. Does nothing in a window that does not poll. */
  readonly announce: (announcement: Announcement) => void;
}

/**
 * What a failed look says beyond the view: a prompt when the server refuses the key, once for each key; else nothing.
 */
export class PollProblems implements Disposable {
  readonly #options: PollProblemsOptions;
  readonly #told = new Set<CloudErrorKind>();
  readonly #subscriptions: Disposable[];
  #toldCount = 0;

  constructor(options: PollProblemsOptions) {
    this.#options = options;
    const { apiKey, poller } = options;
    this.#subscriptions = [
      apiKey.onDidChange(() => this.#told.clear()),
      poller.onDidChangeState(() => this.#check()),
    ];
    // What stopped the looks may be what this was loaded for.
    this.#check();
  }

  /** Waits for looks that the user asked for, and tells what stood in their way, even where it was told before. */
  async tellAfter(looks: Promise<void>): Promise<void> {
    const toldCount = this.#toldCount;
    await looks;
    const [hold] = this.#options.poller.state.holds;
    if (hold && this.#toldCount === toldCount) this.tell(hold);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #check(): void {
    const { apiKey, poller } = this.#options;
    const refused = poller.state.holds.find(isRefusal);
    if (!refused || this.#told.has(refused.kind)) return;
    this.#told.add(refused.kind);
    this.#toldCount++;
    this.#options.announce({ hold: refused });
    // Another window may have set a better key since this one read it.
    if (refused.kind === 'auth') void apiKey.read();
  }

  /** Tells the person at this window why nothing is asked, and what to do. */
  tell({ kind, apiVersion }: PollHold): void {
    this.#toldCount++;
    if (isRefusal({ kind })) this.#told.add(kind);
    const { server } = this.#options.settings;
    if (typeof server === 'string') {
      tell({ severity: 'warning', text: server }, 'openSettings');
      return;
    }
    const { text, nextStep } = errorWords(kind, { host: server.host, apiVersion });
    tell({ severity: 'warning', text }, nextStep);
  }
}

function isRefusal({ kind }: Pick<PollHold, 'kind'>): boolean {
  return kind === 'auth' || kind === 'forbidden' || kind === 'payment';
}
