import type { Clock } from '../core/clock';
import type { TaskRef } from '../core/task';
import type { TaskKeeper } from '../core/taskKeeper';
import type { TaskPoller } from '../core/taskPoller';
import type { TaskStore } from '../core/taskStore';
import type { ApiKey } from './apiKey';
import type { CloudConnection } from './cloudConnection';
import type { Log } from './log';
import type { PollProblems } from './pollProblems';
import type { Settings } from './settings';
import type { TaskTracker } from './taskTracker';
import type { TaskTree } from './taskTree';
import type { TaskView } from './taskView';

/** Opens the story of a task. */
export interface Details {
  open(ref: TaskRef): Promise<void>;
}

/** What the commands act on. */
export interface CommandOptions {
  readonly store: TaskStore;
  readonly keeper: TaskKeeper;
  readonly poller: TaskPoller;
  readonly problems: PollProblems;
  readonly tracker: TaskTracker;
  readonly connection: CloudConnection;
  readonly apiKey: ApiKey;
  readonly settings: Settings;
  readonly tree: TaskTree;
  readonly view: TaskView;
  readonly details: Details;
  readonly log: Log;
  readonly clock: Clock;
}
