import { window } from 'vscode';
import type { Disposable } from '../../core/base/event';
import type { LazyFeatures } from '../lazyFeatures';

/** Names the panels for VS Code, which brings them back after a reload. */
export const detailsViewType = 'browserUseTasks.details';

/** Lets VS Code bring panels back after a reload: only then are they loaded. */
export function restoreDetails(features: Pick<LazyFeatures, 'get'>): Disposable {
  return window.registerWebviewPanelSerializer(detailsViewType, {
    deserializeWebviewPanel: async (panel, state: unknown) =>
      (await features.get()).details.restore(panel, state),
  });
}
