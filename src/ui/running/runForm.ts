import {
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import type { Clock } from '../../core/base/clock';
import type { RunDraft } from '../../core/running/runDraft';
import {
  reviewRows,
  type ReviewContext,
  type ReviewNote,
  type ReviewTarget,
} from '../../core/running/runReview';
import { plainLabel } from '../../core/text/plainText';

export interface RunFormOptions {
  readonly title: string;
  readonly draft: RunDraft;
  readonly notes: readonly ReviewNote[];
  readonly host: string;
  /** Who answers to the key; `undefined` where the cloud does not say. Never rejects. */
  readonly account: Promise<string | undefined>;
  readonly clock: Clock;
}

/** What a person chose on the page: a row, a button of its title, or nothing. */
export type RunFormChoice =
  ReviewTarget | { readonly kind: 'editAsFile' } | { readonly kind: 'startOver' } | undefined;

/** Before that, in milliseconds, a page has not been read: Enter was meant for what came before it. */
const unreadMs = 400;

const editAsFile: QuickInputButton = {
  iconPath: new ThemeIcon('go-to-file'),
  tooltip: 'Edit as a Prompt File',
};
const startOver: QuickInputButton = {
  iconPath: new ThemeIcon('clear-all'),
  tooltip: 'Start Over',
};

interface RowItem extends QuickPickItem {
  readonly target?: ReviewTarget | undefined;
}

/**
 * The page that shows all of a task before it is sent: what is sent, to which account, and what it may cost. Resolves with the
 * first choice, once: a second Enter chooses nothing.
 */
export function showRunForm({
  title,
  draft,
  notes,
  host,
  account,
  clock,
}: RunFormOptions): Promise<RunFormChoice> {
  const page = window.createQuickPick<RowItem>();
  const shownAt = clock.now();
  page.title = title;
  // It is read aloud first, and says what no message beside the page does.
  page.placeholder = notes.some(({ severity }) => severity === 'error')
    ? 'Not sent. Choose what to change, or press Enter to try again'
    : 'Press Enter to send this, or choose what to change';
  page.ignoreFocusOut = true;
  page.buttons = [startOver, editAsFile];
  const show = (who: string | undefined): void => {
    page.items = itemsOf(draft, { notes, host, account: who });
    const run = page.items.find(({ target }) => target?.kind === 'run');
    if (run) page.activeItems = [run];
  };
  show(undefined);
  return new Promise((resolve) => {
    let isOpen = true;
    const close = (choice: RunFormChoice): void => {
      if (!isOpen) return;
      isOpen = false;
      resolve(choice);
      page.dispose();
    };
    page.onDidAccept(() => {
      const target = (page.selectedItems[0] ?? page.activeItems[0])?.target;
      if (!target || (target.kind === 'run' && clock.now() - shownAt < unreadMs)) return;
      close(target);
    });
    page.onDidTriggerButton((button) =>
      close({ kind: button === editAsFile ? 'editAsFile' : 'startOver' }),
    );
    page.onDidHide(() => close(undefined));
    page.show();
    void account.then((who) => {
      // What the person has moved to meanwhile stays where it is.
      const isUntouched = page.activeItems[0]?.target?.kind === 'run' && page.value === '';
      if (isOpen && who !== undefined && isUntouched) show(who);
    });
  });
}

function itemsOf(draft: RunDraft, context: ReviewContext): RowItem[] {
  return reviewRows(draft, context).flatMap((row) => {
    const { target, heading, icon, label, description, detail } = row;
    const item: RowItem = {
      target,
      label: `$(${icon}) ${plainLabel(label)}`,
      ...(description === undefined ? {} : { description: plainLabel(description) }),
      ...(detail === undefined ? {} : { detail: plainLabel(detail) }),
    };
    return heading === undefined
      ? [item]
      : [{ label: heading, kind: QuickPickItemKind.Separator }, item];
  });
}
