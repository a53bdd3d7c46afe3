import type { Page } from 'playwright-core';

/** A notification on the screen. */
export interface Notification {
  readonly message: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly buttons: readonly string[];
  /** Clicks one of its buttons, by its name. */
  click(button: string): Promise<void>;
  /** Clears it away without an answer. */
  dismiss(): Promise<void>;
}

/** The notifications on the screen, the newest first. */
export async function openNotifications(page: Page): Promise<Notification[]> {
  const toasts = page.locator('.notification-toast .notification-list-item');
  const found = await toasts.evaluateAll((elements) =>
    elements.map((element) => ({
      message: element.querySelector('.notification-list-item-message')?.textContent ?? '',
      icon: element.querySelector('.notification-list-item-icon')?.className ?? '',
      buttons: [
        ...element.querySelectorAll('.notification-list-item-buttons-container .monaco-button'),
      ].map((button) => button.textContent),
    })),
  );
  return found.map(({ message, icon, buttons }) => {
    const toast = toasts.filter({ hasText: message }).first();
    return {
      message,
      severity: icon.includes('error') ? 'error' : icon.includes('warning') ? 'warning' : 'info',
      buttons,
      click: (button) => toast.locator('.monaco-button', { hasText: button }).first().click(),
      dismiss: async () => {
        await toast.hover();
        await toast.locator('.action-label.codicon-notifications-clear').click();
      },
    };
  });
}
