import { capabilitiesOf } from '../cloud/apiVersions';
import type { CloudErrorKind } from '../cloud/errors';
import type { ApiVersion } from '../cloud/task';

/** What helps after a failure. */
export type NextStep = 'setApiKey' | 'openSettings' | 'showLog';

/** A failure for people: what is wrong and what to do about it. */
export interface ErrorMessage {
  /** One or two sentences. */
  readonly text: string;
  readonly nextStep: NextStep;
}

/** Where the failed request went. */
export interface ErrorContext {
  /** Host and port of the server. */
  readonly host: string;
  /** The API version of the request. */
  readonly apiVersion?: ApiVersion | undefined;
}

/** The message for a failed call. Each kind has its own, and its own next step. */
export function errorMessage(
  kind: CloudErrorKind,
  { host, apiVersion }: ErrorContext,
): ErrorMessage {
  switch (kind) {
    case 'noKey':
      return {
        text: `There is no API key for ${host} yet. Set one to check tasks.`,
        nextStep: 'setApiKey',
      };
    case 'otherKey':
      return {
        text: `The API key for ${host} was changed meanwhile, and nothing was sent with the new one. Try again to use that.`,
        nextStep: 'setApiKey',
      };
    case 'auth':
      return {
        text: `${host} does not accept the API key. Set one that is valid there.`,
        nextStep: 'setApiKey',
      };
    case 'forbidden':
      return {
        text: `${host} says that this API key may not do this. Its plan or project may not allow it; set another key.`,
        nextStep: 'setApiKey',
      };
    case 'payment':
      return {
        text: `${host} says that the account has no credits left. Add credits there, or set the key of another account.`,
        nextStep: 'setApiKey',
      };
    case 'taskNotFound':
      return {
        text: `${host} knows no such task for this API key. Check the task ID, or set the key of the account that the task belongs to.`,
        nextStep: 'setApiKey',
      };
    case 'notServed':
      return {
        text: `${apiVersion ? capabilitiesOf(apiVersion).label : 'This API'} is not served at ${host}. Check the base URL and the API version in the settings.`,
        nextStep: 'openSettings',
      };
    case 'invalidRequest':
      return {
        text: `${host} does not take this for a task ID. Check it, and the API version in the settings.`,
        nextStep: 'openSettings',
      };
    case 'refused':
      return {
        text: `${host} refuses this. What was requested may be gone there; the log has the answer.`,
        nextStep: 'showLog',
      };
    case 'noFreeSlot':
      return {
        text: `${host} has no free session for this account. Stop a session, or wait until one ends.`,
        nextStep: 'showLog',
      };
    case 'rateLimited':
      return {
        text: `${host} asks to slow down. Polling continues by itself in a while.`,
        nextStep: 'showLog',
      };
    case 'server':
      return {
        text: `${host} has trouble of its own. Polling continues by itself; try again in a while.`,
        nextStep: 'showLog',
      };
    case 'timeout':
      return {
        text: `${host} did not answer in time. Check the network, or try again in a while.`,
        nextStep: 'showLog',
      };
    case 'network':
      return {
        text: `${host} cannot be reached. Check the network, and the base URL in the settings.`,
        nextStep: 'openSettings',
      };
    case 'redirect':
      return {
        text: `${host} points elsewhere, which is not followed so that the API key stays here. Check the base URL in the settings.`,
        nextStep: 'openSettings',
      };
    case 'tooLarge':
      return {
        text: `${host} sent more than a poll reads. Open the task's details, which read more.`,
        nextStep: 'showLog',
      };
    case 'badAnswer':
      return {
        text: `Something between you and ${host} answered, or it is not Browser Use Cloud. Check for a proxy, a VPN or a sign-in page, and the base URL in the settings.`,
        nextStep: 'openSettings',
      };
  }
}
