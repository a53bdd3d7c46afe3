import type { CloudErrorKind } from './errors';
import type { ApiVersion } from './task';

/** What a person can do about trouble from where it is shown. */
export type TroubleRemedy = 'retry' | 'setApiKey' | 'openSettings' | 'showLog';

/** Trouble in words: what is wrong, what to do, and the means for it, the best first. */
export interface TroubleWords {
  /** A sentence. */
  readonly what: string;
  /** One or two sentences. */
  readonly advice: string;
  readonly remedies: readonly TroubleRemedy[];
}

/** Words for why a task could not be read, and the next step. */
export function troubleWords(kind: CloudErrorKind, apiVersion: ApiVersion): TroubleWords {
  switch (kind) {
    case 'noKey':
      return {
        what: 'There is no API key.',
        advice: 'Set the API key of the account that the task runs in.',
        remedies: ['setApiKey'],
      };
    case 'auth':
      return {
        what: 'The cloud rejects the API key.',
        advice: 'Set a key that is valid for this server.',
        remedies: ['setApiKey', 'retry'],
      };
    case 'forbidden':
      return {
        what: 'The API key may not read this task.',
        advice: 'Check the plan and the rights of the account, or set another key.',
        remedies: ['setApiKey', 'retry'],
      };
    case 'payment':
      return {
        what: 'The account has no credits left.',
        advice: 'Add credits in Browser Use Cloud, then try again.',
        remedies: ['retry'],
      };
    case 'taskNotFound':
      return {
        what: 'The cloud knows no such task for this API key.',
        advice:
          'It may have been deleted, or it belongs to another account. Check the ID and the key.',
        remedies: ['retry', 'setApiKey'],
      };
    case 'invalidRequest':
      return {
        what: 'The cloud does not take this task’s ID.',
        advice: 'Check that the ID is whole, and track the task anew.',
        remedies: ['retry'],
      };
    case 'notServed':
      return {
        what: `API ${apiVersion} is not served at this base URL.`,
        advice: 'Check the base URL and the API version in the settings.',
        remedies: ['openSettings', 'retry'],
      };
    case 'rateLimited':
      return {
        what: 'The cloud asks to slow down.',
        advice: 'The task is read again by itself after a pause.',
        remedies: [],
      };
    case 'server':
      return {
        what: 'The cloud has a problem of its own.',
        advice: 'The task is read again by itself after a pause.',
        remedies: ['retry', 'showLog'],
      };
    case 'timeout':
      return {
        what: 'The cloud took too long to answer.',
        advice: 'The task is read again by itself after a pause.',
        remedies: ['retry', 'showLog'],
      };
    case 'network':
      return {
        what: 'The cloud cannot be reached.',
        advice: 'Check the network and the base URL. The task is read again by itself.',
        remedies: ['retry', 'openSettings'],
      };
    case 'redirect':
      return {
        what: 'The server points to another address.',
        advice:
          'Redirects are not followed, so that the key stays safe. Check the base URL in the settings.',
        remedies: ['openSettings', 'retry'],
      };
    case 'tooLarge':
      return {
        what: 'The task is too large to be shown.',
        advice: 'Open it in Browser Use Cloud instead.',
        remedies: ['retry', 'showLog'],
      };
    case 'badAnswer':
      return {
        what: 'The answer is not what the API promises.',
        advice: 'Check the base URL. The log says what came.',
        remedies: ['retry', 'showLog', 'openSettings'],
      };
  }
}
