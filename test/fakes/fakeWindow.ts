import { AskRounds } from '../../src/core/askRound';
import type { Clock } from '../../src/core/clock';
import { CloudError } from '../../src/core/errors';
import { WindowPolling, type Attention } from '../../src/core/polling';
import { refKey } from '../../src/core/task';
import type { Cloud } from '../../src/core/taskClient';
import type { TaskFiles } from '../../src/core/taskFiles';
import { TaskKeeper } from '../../src/core/taskKeeper';
import { TaskPoller } from '../../src/core/taskPoller';
import { formatTaskRecord, parseTaskRecord } from '../../src/core/taskRecord';
import { TaskStore } from '../../src/core/taskStore';
import { TokenBucket } from '../../src/core/tokenBucket';
import type { TrackedTask } from '../../src/core/trackedTask';
import type { Announcement } from '../../src/core/windowMessages';
import type { SeatHandlers } from '../../src/core/windowSeat';
import { WindowSharing } from '../../src/core/windowSharing';
import type { FakeSeat } from './fakeWindows';

/** What the machine of all fake windows has. */
export interface FakeMachine {
  readonly clock: Clock;
  readonly cloud: Cloud;
  /** Texts by file name, as on a disk. */
  readonly disk: Map<string, string>;
  readonly join: (origin: string, handlers: SeatHandlers) => FakeSeat;
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined;
}

export const fakeOrigin = 'https://cloud.example';

/** Everything of the extension that has no face, in a window of its own. */
export class FakeWindow {
  readonly store = new TaskStore();
  readonly polling = new WindowPolling({
    store: this.store,
    pauses: { watching: 2000, hidden: 15_000, away: 60_000 },
  });
  readonly keeper: TaskKeeper;
  readonly sharing: WindowSharing;
  readonly announced: { readonly announcement: Announcement; readonly at: number }[] = [];
  /** How many pollers it has made: how often it was the one that polls. */
  terms = 0;
  hasKey = true;
  isPolling = false;
  /** Where set, it is told nothing any more, as if it had crashed. */
  isDead = false;
  /** As a blocked extension host: it neither answers nor hears that another one takes over. */
  hang: () => void = () => undefined;
  wake: () => void = () => undefined;
  #kill: () => void = () => undefined;

  constructor(machine: FakeMachine, attention: Attention = 'hidden') {
    this.polling.setAttention(attention);
    const { clock, cloud, join, random = () => 0.5 } = machine;
    this.keeper = new TaskKeeper({
      store: this.store,
      filesOf: (origin) => this.#files(origin, machine.disk),
      onError: (_what, error) => {
        throw error;
      },
    });
    this.sharing = new WindowSharing({
      store: this.store,
      keeper: this.keeper,
      polling: this.polling,
      clock,
      createPoller: () => {
        this.terms++;
        this.isPolling = true;
        const poller = new TaskPoller({
          store: this.store,
          connect: () =>
            this.hasKey ? Promise.resolve(cloud) : Promise.reject(new CloudError('noKey', 'none')),
          clock,
          bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
          random,
          pauses: { watching: 2000, hidden: 15_000, away: 60_000 },
          loadRounds: () => Promise.resolve({ AskRounds }),
          onError: () => undefined,
        });
        const dispose = poller.dispose.bind(poller);
        poller.dispose = () => {
          this.isPolling = false;
          dispose();
        };
        return poller;
      },
      join: (origin, handlers) => {
        const seat = join(origin, {
          onLead: () => this.isDead || handlers.onLead(),
          onLeave: () => this.isDead || handlers.onLeave(),
          onFollow: (leader) => this.isDead || handlers.onFollow(leader),
          onPeer: (peer) => this.isDead || handlers.onPeer(peer),
          onSilence: (isSilent) => this.isDead || handlers.onSilence(isSilent),
        });
        this.#kill = () => seat.kill();
        this.hang = () => seat.hang();
        this.wake = () => seat.wake();
        return seat;
      },
      isWanted: () => true,
      announce: (announcement) => {
        if (!this.isDead) this.announced.push({ announcement, at: clock.now() });
      },
      hasKey: () => this.hasKey,
      readKey: () => Promise.resolve(),
    });
    void this.sharing.open(fakeOrigin);
  }

  /** The texts of the notices that the person saw here. */
  get notices(): string[] {
    return this.announced.flatMap(({ announcement }) =>
      'notice' in announcement ? [announcement.notice.text] : [],
    );
  }

  close(): void {
    this.sharing.dispose();
    this.keeper.dispose();
    this.polling.dispose();
    this.isDead = true;
  }

  /** As SIGKILL does: nothing more is sent, written or told. */
  kill(): void {
    this.isDead = true;
    this.#kill();
    this.close();
  }

  #files(origin: string, disk: Map<string, string>): TaskFiles {
    const name = (ref: Parameters<typeof refKey>[0]): string => `${origin} ${refKey(ref)}`;
    return {
      load: async () => {
        await Promise.resolve();
        return [...disk]
          .filter(([file]) => file.startsWith(`${origin} `))
          .map(([, text]) => parseTaskRecord(text))
          .filter((task): task is TrackedTask => task !== undefined)
          .sort((a, b) => a.trackedAt - b.trackedAt);
      },
      save: async (task) => {
        await Promise.resolve();
        if (!this.isDead) disk.set(name(task), formatTaskRecord(task));
      },
      remove: async (ref) => {
        await Promise.resolve();
        if (!this.isDead) disk.delete(name(ref));
      },
    };
  }
}
