import { env, type Uri } from 'vscode';
import { safeLink } from '../core/text/safeLink';
import { UserError } from './userError';

/**
 * Opens a link in the person's browser, to the letter: presigned links break where one letter changes.
 * @throws {UserError} for what is no http or https link, or holds user-info
 */
export async function openOutside(text: string): Promise<void> {
  const link = safeLink(text);
  if (link === undefined)
    throw new UserError('This link is gone, or it is none that may be opened.');
  // A Uri loses which of its characters were escaped ("%2B" comes out as "+"); VS Code takes the text as it is, too.
  // @see https://github.com/microsoft/vscode/issues/85930
  await env.openExternal(link as unknown as Uri);
}

/**
 * Opens the page of a session in Browser Use Cloud.
 * @param dashboard of the region that the session is in, as an origin
 * @see https://github.com/browser-use/n8n-nodes-browser-use for the address of a session's page
 */
export function openDashboard(dashboard: string, sessionId: string): Promise<void> {
  return openOutside(`${dashboard}/agent/${encodeURIComponent(sessionId)}`);
}
