import type { Page } from 'playwright-core';
import { until } from './until';

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
      // It may go by itself meanwhile, and it moves when others come and go.
      dismiss: async () => {
        await until(`The end of the notification "${message}"`, async () => {
          if ((await toast.count()) === 0) return true;
          await toast.hover({ timeout: 1_000 });
          const clear = toast.locator('.action-label.codicon-notifications-clear');
          await clear.click({ timeout: 1_000 });
          return (await toast.count()) === 0;
        });
      },
    };
  });
}

/** The texts of all notifications since the page was loaded, the oldest first; see `rememberNotifications`. */
export function shownNotifications(page: Page): Promise<string[]> {
  return page.evaluate(
    () => (globalThis as { shownNotifications?: string[] }).shownNotifications ?? [],
  );
}

/**
 * Waits until VS Code shows the next notification whatever came before: of more than three within 0.8 s it shows no
 * toast (`SPAM_PROTECTION` in its `notificationsToasts.ts`), and no person answers that fast.
 */
export async function waitForQuiet(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      performance.now() >
      ((globalThis as { lastNotificationAtMs?: number }).lastNotificationAtMs ?? -Infinity) + 1000,
  );
}

/** A script for a page that is about to load: it notes each notification, however soon it goes away. */
export const rememberNotifications = `
  if (window === window.top) {
    globalThis.shownNotifications = [];
    globalThis.lastNotificationAtMs = -Infinity;
    const noted = new WeakMap();
    new MutationObserver(() => {
      const found = document.querySelectorAll(
        '.notification-toast .notification-list-item-message',
      );
      for (const element of found) {
        const text = element.textContent;
        if (text === '' || noted.get(element) === text) continue;
        noted.set(element, text);
        globalThis.shownNotifications.push(text);
        globalThis.lastNotificationAtMs = performance.now();
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  }`;
