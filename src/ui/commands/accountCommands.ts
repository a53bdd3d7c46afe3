import { CancellationError, window } from 'vscode';
import { apiVersions } from '../../core/cloud/versionList';
import type { ApiVersion } from '../../core/cloud/task';
import type { Cloud } from '../../core/cloud/taskClient';
import { isAbort, isCloudError, type CloudError } from '../../core/cloud/errors';
import { errorMessage } from '../../core/labels/errorMessage';
import { keyIn, keyProblem } from '../../core/cloud/keyInput';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import type { Log } from '../log';
import type { Settings } from '../settings';
import type { Commands } from './command';
import { showMessage } from '../messages';
import { withProgress } from '../progress';
import { UserError } from '../userError';
import { shorten } from '../../core/text/shorten';

export interface AccountCommandsOptions {
  readonly account: Pick<CurrentAccount, 'requireSession'>;
  readonly settings: Settings;
  readonly log: Log;
}

/** The commands on the API key, and on the log that tells what became of it. */
export function accountCommands(options: AccountCommandsOptions): Commands {
  return {
    setApiKey: { run: () => setApiKey(options), failed: 'Setting the API key failed' },
    removeApiKey: { run: () => removeApiKey(options), failed: 'Removing the API key failed' },
    showLog: { run: () => options.log.show(), failed: 'Showing the log failed' },
  };
}

/** Set API Key…: asks, proves the key with one cheap request, stores it, and says who answered. */
async function setApiKey(options: AccountCommandsOptions): Promise<void> {
  let again: { readonly key: string; readonly origin: string } | undefined;
  for (;;) {
    const session = options.account.requireSession();
    const { server } = session;
    // A key is tried again only where it was meant for.
    const key = again?.origin === server.origin ? again.key : await promptForKey(session);
    const proof = await prove(key, session, options);
    if (typeof proof === 'string') {
      await store(key, session, options);
      await showMessage({
        severity: 'information',
        text: `The API key for ${server.host} is stored. ${shorten(proof, 200)}`,
      });
      return;
    }
    const choice = await promptAfterFailure(proof, session, options);
    if (choice === 'Try Again') {
      again = isOfKey(proof) ? undefined : { key, origin: server.origin };
      continue;
    }
    await store(key, session, options);
    return;
  }
}

/** Remove API Key: only after a confirmation, and only the stored one. */
async function removeApiKey(options: AccountCommandsOptions): Promise<void> {
  const { account, log } = options;
  const { key, server } = account.requireSession();
  const known = await key.read();
  if (!known) throw new UserError(`There is no API key for ${server.host}.`);
  if (known.source === 'environment')
    throw new UserError(
      'The API key comes from the environment variable BROWSER_USE_API_KEY. Unset it where VS Code is started.',
    );
  const chosen = await showMessage({
    severity: 'warning',
    text: `Remove the API key for ${server.host}?`,
    detail: key.hasEnvironmentKey
      ? 'The one in the environment variable BROWSER_USE_API_KEY then takes its place.'
      : 'Tracked tasks stay, but they are not checked until there is a key again.',
    actions: ['Remove'],
    isModal: true,
  });
  if (chosen !== 'Remove') return;
  await key.remove();
  log.info(`The API key for ${server.host} was removed`);
}

async function promptForKey({ server: { host } }: AccountSession): Promise<string> {
  const text = await window.showInputBox({
    title: `API Key for ${host}`,
    prompt: 'It is kept in VS Code’s secret storage and sent to this server only.',
    placeHolder: 'bu_…',
    password: true,
    // People fetch the key from a browser meanwhile.
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? undefined : keyProblem(keyIn(text))),
  });
  if (text === undefined || text.trim() === '') throw new CancellationError();
  return keyIn(text);
}

/** @returns a description of the account, or the error. @throws {CancellationError} where the user gives up */
async function prove(
  key: string,
  session: AccountSession,
  { settings, log }: AccountCommandsOptions,
): Promise<string | CloudError> {
  log.hide(key);
  const title = `Asking ${session.server.host} whether it knows the key…`;
  return withProgress({ title }, async (signal) => {
    try {
      const cloud = await session.openCloud(key);
      return await describeAccount(cloud, settings.apiVersion, signal);
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw new CancellationError();
      if (!isCloudError(error)) throw error;
      log.error('The API key could not be proved', error);
      return error;
    }
  });
}

/** Asks in the version that is set, else in one after the other until one is served. */
async function describeAccount(
  cloud: Cloud,
  apiVersion: ApiVersion | undefined,
  signal: AbortSignal,
): Promise<string> {
  let notServed: unknown;
  for (const version of apiVersion === undefined ? apiVersions : [apiVersion]) {
    try {
      return (await cloud.client(version).getAccount(signal)).description;
    } catch (error) {
      if (!isCloudError(error) || error.kind !== 'notServed') throw error;
      notServed ??= error;
    }
  }
  throw notServed;
}

/** Whether it takes another key to get on. */
function isOfKey({ kind }: CloudError): boolean {
  return kind === 'auth' || kind === 'forbidden' || kind === 'payment';
}

/** A key that the server refuses is not stored; one that could not be checked is, where the user confirms it. */
async function promptAfterFailure(
  { kind }: CloudError,
  { server: { host } }: AccountSession,
  { settings }: AccountCommandsOptions,
): Promise<'Try Again' | 'Store Anyway'> {
  const again = 'Try Again';
  const anyway = 'Store Anyway';
  const isRefused = kind === 'auth';
  const { text } = errorMessage(kind, { host, apiVersion: settings.apiVersion });
  const chosen = await showMessage({
    severity: isRefused ? 'error' : 'warning',
    text: isRefused
      ? `${host} does not accept this API key. Nothing was stored.`
      : `The API key could not be checked. ${text}`,
    actions: isRefused ? [again] : [again, anyway],
  });
  if (chosen === again || chosen === anyway) return chosen;
  throw new CancellationError();
}

async function store(
  key: string,
  session: AccountSession,
  { log }: AccountCommandsOptions,
): Promise<void> {
  if (session.signal.aborted)
    throw new UserError(
      'The base URL has changed meanwhile. Set the API key again for the new one.',
    );
  try {
    await session.key.store(key);
  } catch (error) {
    log.error('The secret storage did not take the API key', error);
    throw new UserError(
      'VS Code’s secret storage did not take the API key; its keyring may be missing or locked. Setting BROWSER_USE_API_KEY in the environment works without it.',
      'showLog',
    );
  }
  log.info(`An API key for ${session.server.host} was stored`);
}
