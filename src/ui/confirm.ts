import { showMessage } from './messages';

/** Asks in a dialog before something is lost. @returns whether the person said yes */
export async function confirm({
  text,
  detail,
  button,
}: {
  readonly text: string;
  readonly detail: string;
  /** What says yes. */
  readonly button: string;
}): Promise<boolean> {
  const chosen = await showMessage({
    severity: 'warning',
    text,
    detail,
    isModal: true,
    actions: [button],
  });
  return chosen === button;
}
