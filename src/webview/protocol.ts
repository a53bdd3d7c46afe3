import type { TaskView } from '../core/details/detailsView';
import type { CostRow } from '../core/labels/sessionCost';
import type { NextStep } from '../core/labels/errorMessage';
import type { SteerAction } from '../core/steering/steerActions';
import type { ImageType } from '../core/details/pictureLoader';
import type { PictureRef } from '../core/cloud/task';

/** What the page shows at a moment. The first message to a page holds all of it. */
export interface PageView {
  readonly task: TaskView;
  /** The server that the task belongs to, for the page to remember. */
  readonly origin: string | undefined;
  readonly isReading: boolean;
  /** Whether the session has a page in the cloud's dashboard. */
  readonly hasDashboard: boolean;
  /** Whether the task's session can be shared with whoever has a link: an API version that can, a known session, the task's own server. */
  readonly canShare: boolean;
  /** What the session has cost, once the reader has asked for it. Empty where the server does not tell. */
  readonly sessionCost?: readonly CostRow[] | undefined;
  /** What can be done now with how the task goes on. */
  readonly steerActions: readonly SteerAction[];
  /** Whether the user has had the task stopped, and the cloud has not confirmed it yet. */
  readonly isStopping: boolean;
  /** Whether a browser that is still open after the end can be stopped. */
  readonly canStopBrowser: boolean;
  /** Whether the task's session can be deleted at the cloud. */
  readonly canDelete: boolean;
  /** When the task was last read from the cloud, in milliseconds since 1970. Absent before the first answer. */
  readonly readAt?: number | undefined;
  /** Why the last reading failed. */
  readonly trouble?:
    | {
        /** One or two sentences. */
        readonly text: string;
        /** The best first. */
        readonly remedies: readonly Remedy[];
      }
    | undefined;
}

/** What a person can do about trouble from the page. */
export type Remedy = 'retry' | NextStep;

/** From the extension to the page. */
export type ToPage =
  | {
      readonly type: 'view';
      readonly view: PageView;
      /** True where `view.task` is an update of the last one that the page was sent. @see `updateOf` */
      readonly isUpdate?: true;
    }
  | {
      readonly type: 'picture';
      readonly ref: PictureRef;
      /** Absent where the picture could not be had. */
      readonly picture?: { readonly type: ImageType; readonly bytes: Uint8Array } | undefined;
    }
  | { readonly type: 'copied'; readonly what: CopiedPart };

const linkKinds = ['live', 'recording', 'share', 'dashboard', 'stepUrl', 'output'] as const;
/**
 * Links by kind: the extension knows where they lead. The index of a recording counts in `recordingHosts`, of a step in
 * the task's steps, of an output's link in `outputLinks` of the text that the view has of it; elsewhere it says nothing.
 */
export type LinkKind = (typeof linkKinds)[number];

const copiedParts = [
  'prompt',
  'output',
  'error',
  'judgement',
  'id',
  'sessionId',
  'shareLink',
] as const;
/** What can be put on the clipboard. `shareLink` is the address of the session's public page. */
export type CopiedPart = (typeof copiedParts)[number];

const textParts = ['prompt', 'output', 'error', 'judgement', 'metadata', 'step'] as const;
/** What can be opened in an editor. */
export type TextPart = (typeof textParts)[number];

/** What can be done with a task as a whole. `saveOutput` saves its output to a file. */
export const taskActions = [
  'stop',
  'stopSession',
  'stopBrowser',
  'pause',
  'resume',
  'deleteSession',
  'saveOutput',
  'share',
  'unshare',
  'runAgain',
  'continueSession',
  'compare',
  'exportJson',
  'exportMarkdown',
  'copyCurl',
  'copyPython',
  'copyTypeScript',
] as const;
export type TaskAction = (typeof taskActions)[number];

const remedies: readonly Remedy[] = ['retry', 'setApiKey', 'openSettings', 'showLog'];

/** From the page to the extension. Names kinds, positions and parts; never a URL, a path or a command. */
export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'remedy'; readonly remedy: Remedy }
  | ({ readonly type: 'picture' } & PictureRef)
  | { readonly type: 'openLink'; readonly link: LinkKind; readonly index: number }
  | { readonly type: 'openText'; readonly part: TextPart; readonly index: number }
  | { readonly type: 'copy'; readonly what: CopiedPart }
  | { readonly type: 'saveFile'; readonly index: number }
  | { readonly type: 'saveLog' }
  /** Asks for what the session has cost. */
  | { readonly type: 'readSessionCost' }
  /** Opens the details of another task of the session: its index counts in `sessionTasks` of the view. */
  | { readonly type: 'openTask'; readonly index: number }
  | { readonly type: 'act'; readonly action: TaskAction };

/**
 * Reads a message of the page, exactly: another type, a value out of its set or a field too many make it none.
 * @returns `undefined` for what is no message
 */
export function parseFromPage(message: unknown): FromPage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Readonly<Record<string, unknown>>;
  const has = (...names: readonly string[]): boolean =>
    Object.keys(fields).sort().join() === ['type', ...names].sort().join();
  const { type, index } = fields;
  switch (type) {
    case 'ready':
    case 'saveLog':
    case 'readSessionCost':
      return has() ? { type } : undefined;
    case 'remedy': {
      const remedy = oneOf(remedies, fields['remedy']);
      return remedy && has('remedy') ? { type, remedy } : undefined;
    }
    case 'picture': {
      const of = oneOf(['step', 'task'] as const, fields['of']);
      return of && isIndex(index) && has('of', 'index') ? { type, of, index } : undefined;
    }
    case 'openLink': {
      const link = oneOf(linkKinds, fields['link']);
      return link && isIndex(index) && has('link', 'index') ? { type, link, index } : undefined;
    }
    case 'openText': {
      const part = oneOf(textParts, fields['part']);
      return part && isIndex(index) && has('part', 'index') ? { type, part, index } : undefined;
    }
    case 'copy': {
      const what = oneOf(copiedParts, fields['what']);
      return what && has('what') ? { type, what } : undefined;
    }
    case 'saveFile':
    case 'openTask':
      return isIndex(index) && has('index') ? { type, index } : undefined;
    case 'act': {
      const action = oneOf(taskActions, fields['action']);
      return action && has('action') ? { type, action } : undefined;
    }
    default:
      return undefined;
  }
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((known) => known === value);
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
