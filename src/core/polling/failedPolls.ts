import { backoffCapMs, nextBackoffMs, refusedCapMs } from './backoff';
import type { PollPauses } from './pollPauses';
import type { PollFailure, PollRoundResult } from './pollRound';
import type { PollSchedule } from './pollSchedule';
import type { Clock } from '../base/clock';
import { concernsAll, type CloudError } from '../cloud/errors';
import { refKey } from '../cloud/task';
import type { TaskStore } from '../tasks/taskStore';
import { isActive } from '../tasks/trackedTask';

export interface FailedPollsOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly schedule: PollSchedule;
  readonly pauses: PollPauses;
}

/** Decides whose trouble failures are: one task's, which is then polled more rarely, or everybody's, which pauses all polling. */
export class FailedPolls {
  readonly #options: FailedPollsOptions;
  #backoffMs = 0;
  /** Ticks in a row in which nothing was answered. */
  #ticks = 0;
  /** The tasks whose requests have failed since one was answered. */
  readonly #tasks = new Set<string>();

  constructor(options: FailedPollsOptions) {
    this.#options = options;
  }

  /** True where nothing was answered in the last tick. */
  get isAny(): boolean {
    return this.#ticks > 0;
  }

  /** Takes in the results of a tick. */
  takeIn({ successes, failures }: PollRoundResult): void {
    const { clock, pauses, random, schedule, store } = this.#options;
    const now = clock.now();
    // An error about one task is an answer, so requests for others may succeed.
    if (successes > 0 || failures.some(isAnswer)) {
      this.forget();
      pauses.noteSuccess();
    } else if (failures.length > 0) this.#ticks++;
    if (this.isAny) for (const { task } of failures) if (task) this.#tasks.add(refKey(task));
    let general: CloudError | undefined;
    for (const { task, error } of failures) {
      const trouble = { kind: error.kind, since: now };
      switch (error.kind) {
        case 'auth':
        case 'noKey':
        case 'payment':
        case 'rateLimited':
        case 'noFreeSlot':
        case 'notServed':
          break;
        case 'taskNotFound': {
          if (!task) break;
          const isBelieved = schedule.noteNotFound(task, now);
          store.noteTrouble(task, trouble, task.isMissing || isBelieved);
          break;
        }
        case 'invalidRequest':
          if (!task) break;
          schedule.noteNotFound(task, now);
          store.noteTrouble(task, trouble, true);
          break;
        default:
          if (task && schedule.owesFullRead(task, now)) schedule.noteFullReadFailure(task);
          if (this.#isGeneral({ task, error })) general = error;
          // Whatever is wrong with a list, its tasks are polled by themselves.
          else if (task) {
            schedule.backOff(task, error.kind);
            store.noteTrouble(task, trouble, task.isMissing);
          }
      }
    }
    if (!general || pauses.general) return;
    const capMs = general.kind === 'forbidden' ? refusedCapMs : backoffCapMs;
    this.#backoffMs = nextBackoffMs(this.#backoffMs, random, capMs);
    pauses.pause(general.kind, this.#backoffMs, now);
  }

  /** The next failure counts as the first. */
  forget(): void {
    this.#backoffMs = this.#ticks = 0;
    this.#tasks.clear();
  }

  /** True for a failure that every other request would meet, too. */
  #isGeneral({ task, error }: PollFailure): boolean {
    if (!this.isAny) return false;
    if (!task) return error.kind === 'network';
    const isOnlyOne = this.#ticks > 1 && this.#options.store.tasks().filter(isActive).length <= 1;
    return concernsAll(error) || this.#tasks.size > 1 || isOnlyOne;
  }
}

/** True for an error about this task, which says nothing of others. */
function isAnswer({ task, error }: PollFailure): boolean {
  return task !== undefined && (error.kind === 'taskNotFound' || error.kind === 'invalidRequest');
}
