import { Position, Uri, window, workspace, type TextDocument } from 'vscode';
import { isOfficial } from '../../core/cloud/regions';
import type { ApiVersion } from '../../core/cloud/task';
import { apiVersions } from '../../core/cloud/versionList';
import {
  formatPromptFile,
  promptFileEndings,
  readPromptFile,
  type PromptFile,
  type PromptFileFormat,
} from '../../core/running/promptFile';
import type { RunDraft } from '../../core/running/runDraft';
import type { CurrentAccount } from '../account/currentAccount';
import type { Settings } from '../settings';

export interface DefaultVersionSource {
  readonly account: Pick<CurrentAccount, 'session'>;
  readonly settings: Pick<Settings, 'apiVersion'>;
}

/**
 * The API version of a task that names none: that of the settings; else the newest, but at a server of one's own that of the task
 * that was tracked last.
 */
export function defaultVersion({
  account: { session },
  settings,
}: DefaultVersionSource): ApiVersion {
  const isElsewhere = session && !isOfficial(session.server);
  const last = isElsewhere ? session.store.tasks().at(-1)?.apiVersion : undefined;
  const [newest] = apiVersions as readonly [ApiVersion, ...ApiVersion[]];
  return settings.apiVersion ?? last ?? newest;
}

/** How a document is written that is a prompt file; `undefined` for any other. */
export function promptFileFormat({ uri }: Pick<TextDocument, 'uri'>): PromptFileFormat | undefined {
  const formats = Object.keys(promptFileEndings) as PromptFileFormat[];
  return formats.find((format) => uri.path.endsWith(promptFileEndings[format]));
}

/** @param fallback the API version where the file names none */
export function readDocument(document: TextDocument, fallback: ApiVersion): PromptFile {
  return readPromptFile(document.getText(), fallback, promptFileFormat(document));
}

/** Opens a draft as a new prompt file, not saved yet, with the cursor behind its prompt. Its secrets are left out. */
export async function openAsPromptFile(draft: RunDraft): Promise<void> {
  const document = await workspace.openTextDocument(newFile());
  const editor = await window.showTextDocument(document);
  const text = formatPromptFile(draft);
  await editor.edit((edit) => edit.insert(new Position(0, 0), text));
}

/** A name that no open file has. */
function newFile(): Uri {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'Task' : `Task-${number}`;
    const uri = Uri.from({ scheme: 'untitled', path: `${name}${promptFileEndings.markdown}` });
    if (!workspace.textDocuments.some((open) => open.uri.toString() === uri.toString())) return uri;
  }
}
