import { Position, Uri, window, workspace } from 'vscode';
import { formatPromptFile, promptFileEndings } from '../../core/running/promptFile';
import type { RunDraft } from '../../core/running/runDraft';

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
