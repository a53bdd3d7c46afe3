import type { Uri } from 'vscode';
import type { Clock } from '../../core/base/clock';
import type { TaskRef } from '../../core/cloud/task';
import type { TaskPersistence } from '../../core/tasks/taskPersistence';
import type { Polling } from '../../core/polling/polling';
import type { TaskStore } from '../../core/tasks/taskStore';
import type { Announcement } from '../../core/windows/windowMessages';
import type { ApiKey } from '../account/apiKey';
import type { CloudConnection } from '../account/cloudConnection';
import type { DetailsAction } from '../details/detailsActions';
import type { LazyTree } from '../tree/lazyTree';
import type { Log } from '../log';
import type { PollProblems } from '../notifications/pollProblems';
import type { Settings } from '../settings';
import type { StatusBar } from '../tree/statusBar';
import type { TaskTracker } from './taskTracker';
import type { TaskView } from '../tree/taskView';

/** The parts that are there from the start. */
export interface FeatureOptions {
  readonly store: TaskStore;
  readonly persistence: TaskPersistence;
  readonly poller: Polling;
  readonly connection: CloudConnection;
  readonly apiKey: ApiKey;
  readonly settings: Settings;
  readonly tree: Pick<LazyTree, 'loaded'>;
  readonly view: TaskView;
  readonly statusBar: Pick<StatusBar, 'setPaused'>;
  readonly log: Log;
  readonly clock: Clock;
  readonly extensionUri: Uri;
  /** Has the person told in the window where they are. Does nothing in a window that does not poll. */
  readonly announce: (announcement: Announcement) => void;
}

/** The stories of tasks. */
export interface Details {
  open(ref: TaskRef): Promise<void>;
  /** Does something with the task whose details are in front, and tells the person of a failure. @throws {UserError} where there are none */
  act(action: DetailsAction): Promise<void>;
}

/** What the commands act on. */
export interface CommandOptions extends FeatureOptions {
  readonly problems: PollProblems;
  readonly tracker: TaskTracker;
  readonly details: Details;
}
