import { isApiVersion } from '../core/cloud/versionList';
import { ConfigurationTarget, workspace } from 'vscode';
import { officialOrigin, readBaseUrl, type BaseUrl } from '../core/cloud/baseUrl';
import { Emitter, type Disposable, type Event } from '../core/base/event';
import type { AccountFollowing } from '../core/following/accountPolls';
import type { ApiVersion } from '../core/cloud/task';
import type { PollIntervals } from '../core/polling/polling';
import { endKinds, type EndKind } from '../core/notices/endKinds';

/** The settings of this extension, each as package.json names it after `browserUseTasks.`. */
export type SettingName =
  | 'baseUrl'
  | 'followAccount'
  | 'apiVersion'
  | 'notifyOn'
  | 'polling'
  | 'animateRunning'
  | 'openDetailsOfRuns';

/** The settings as they are now, checked: whatever stands in a settings file, every value here can be used. */
export class Settings implements Disposable {
  readonly #didChange = new Emitter<(name: SettingName) => boolean>();
  readonly #subscription: Disposable;

  /** Fires when a setting may have changed; its value tells whether a certain one has. */
  readonly onDidChange: Event<(name: SettingName) => boolean> = this.#didChange.event;

  constructor() {
    this.#subscription = workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(section))
        this.#didChange.fire((name) => change.affectsConfiguration(`${section}.${name}`));
    });
  }

  /** The server to ask, or why there is none. */
  get baseUrl(): BaseUrl {
    return readBaseUrl(read('baseUrl') ?? officialOrigin);
  }

  /** The version of IDs whose version nothing else tells; `undefined` where it is to be found out for each. */
  get apiVersion(): ApiVersion | undefined {
    const apiVersion = read('apiVersion');
    return isApiVersion(apiVersion) ? apiVersion : undefined;
  }

  /** The kinds of end to notify of. */
  get notifyOn(): ReadonlySet<EndKind> {
    const chosen = read('notifyOn');
    return new Set(endKinds.filter((kind) => !Array.isArray(chosen) || chosen.includes(kind)));
  }

  get intervals(): PollIntervals {
    return {
      watching: milliseconds(read('polling.watchingSeconds'), 2),
      hidden: milliseconds(read('polling.hiddenSeconds'), 10),
      away: milliseconds(read('polling.awaySeconds'), 30),
    };
  }

  /** `undefined` while the account is not followed. */
  get followAccount(): AccountFollowing | undefined {
    if (read('followAccount.enabled') !== true) return undefined;
    const [filter, limit] = [read('followAccount.filter'), read('followAccount.limit')];
    return {
      filter: typeof filter === 'string' ? filter.trim().toLowerCase() : '',
      limit: typeof limit === 'number' ? Math.min(1000, Math.max(1, Math.floor(limit))) : 200,
    };
  }

  async setFollowAccount(isOn: boolean): Promise<void> {
    const settings = workspace.getConfiguration(section);
    await settings.update('followAccount.enabled', isOn || undefined, ConfigurationTarget.Global);
  }

  /** Whether the icon of a running task spins. */
  get animateRunning(): boolean {
    return read('animateRunning') !== false;
  }

  /** Whether the details of a task open once it was started from here. */
  get opensDetailsOfRuns(): boolean {
    return read('openDetailsOfRuns') === true;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#didChange.dispose();
  }
}

const section = 'browserUseTasks';

function read(name: string): unknown {
  return workspace.getConfiguration(section).get<unknown>(name);
}

/** Within the bounds that package.json declares, which VS Code only warns about. */
function milliseconds(seconds: unknown, fallback: number): number {
  const isNumber = typeof seconds === 'number' && Number.isFinite(seconds);
  return 1000 * Math.min(3600, Math.max(2, isNumber ? seconds : fallback));
}
