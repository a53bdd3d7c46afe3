import { CancellationError, ThemeIcon, window } from 'vscode';
import { longestShown } from '../../core/running/runReview';

/** A prompt that is to be written in an editor, and what is typed of it. */
export interface WrittenInEditor {
  readonly typed: string;
}

/**
 * Asks for the prompt. One of several lines, or a long one, is for an editor: an input box has one line, and would fold them.
 * @param onLeft called with what was typed where the person leaves the box, as another one does that takes its place
 * @throws {CancellationError} where the person gives none
 */
export async function promptForPrompt(
  prompt: string,
  onLeft?: (typed: string) => void,
): Promise<string | WrittenInEditor> {
  if (prompt.includes('\n') || prompt.length > 2 * longestShown) return { typed: prompt };
  const box = window.createInputBox();
  box.title = 'Prompt';
  box.prompt = 'What is the agent to do? The next page shows all of it before it is sent.';
  box.placeholder = 'Find the price of …';
  box.value = prompt;
  box.ignoreFocusOut = true;
  box.buttons = [{ iconPath: new ThemeIcon('go-to-file'), tooltip: 'Write in an Editor' }];
  const given = await new Promise<string | WrittenInEditor | undefined>((resolve) => {
    box.onDidAccept(() => {
      if (box.value.trim() === '') box.validationMessage = 'A task has a prompt.';
      else resolve(box.value.trim());
    });
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
    });
    box.onDidTriggerButton(() => resolve({ typed: box.value }));
    box.onDidHide(() => resolve(undefined));
    box.show();
  });
  const typed = box.value.trim();
  box.dispose();
  if (given === undefined) {
    if (typed !== '' && typed !== prompt) onLeft?.(typed);
    throw new CancellationError();
  }
  return given;
}
