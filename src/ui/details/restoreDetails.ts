import { window } from 'vscode';
import type { Disposable } from '../../core/base/event';
import type { LateParts } from '../commands/lateParts';

/** Names the panels for VS Code, which brings them back after a reload. */
export const detailsViewType = 'browserUseTasks.details';

/** Lets VS Code bring panels back after a reload: only then are they loaded. */
export function restoreDetails(late: LateParts): Disposable {
  return window.registerWebviewPanelSerializer(detailsViewType, {
    deserializeWebviewPanel: async (panel, state: unknown) =>
      (await late.get()).details.restore(panel, state),
  });
}
