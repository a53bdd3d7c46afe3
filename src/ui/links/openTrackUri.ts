import { formatCount } from '../../core/labels/countLabel';
import type { Uri } from 'vscode';
import { readTrackUri } from '../../core/input/trackUri';
import { shorten } from '../../core/text/shorten';
import { namedLabel, rejectedMessage } from '../../core/tracking/trackingMessages';
import type { CurrentAccount } from '../account/currentAccount';
import { trackInput, type TrackInputOptions } from '../commands/trackInput';
import { showMessage } from '../messages';
import { UserError } from '../userError';

export interface TrackUriOptions extends Omit<TrackInputOptions, 'reveals'> {
  readonly account: Pick<CurrentAccount, 'requireSession'>;
}

/**
 * `vscode://browser-use-tasks.browser-use-tasks/track?id=…`: tracks the tasks that it names, once the person has agreed to what
 * a dialog says. Whoever made the link can do no more than ask.
 * @throws {UserError} for a URI that asks for anything else
 */
export async function openTrackUri(uri: Uri, options: TrackUriOptions): Promise<void> {
  const session = options.account.requireSession();
  const { input, pieces, problem } = readTrackUri(uri, options.settings.apiVersion);
  if (problem !== undefined) throw new UserError(`This link was not followed. ${problem}`);
  const { host } = session.server;
  const shown = pieces.slice(0, mostShown).map((piece) => `• ${shorten(piece, 100)}`);
  if (pieces.length > mostShown) shown.push(`… and ${formatCount(pieces.length - mostShown)} more`);
  const refused = rejectedMessage(input);
  const chosen = await showMessage({
    severity: 'information',
    text: `Track ${namedLabel(input)} of ${host}?`,
    detail: [
      `A link asks for this. What it names is looked up with your API key for ${host}; nothing is changed there.`,
      shown.join('\n'),
      ...(refused === undefined ? [] : [`${refused}.`]),
    ].join('\n\n'),
    actions: ['Track'],
    isModal: true,
  });
  if (chosen === 'Track') await trackInput(input, session, { ...options, reveals: true });
}

const mostShown = 5;
