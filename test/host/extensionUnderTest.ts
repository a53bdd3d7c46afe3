import * as assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { commands, ConfigurationTarget, extensions, workspace } from 'vscode';
import type { BrowserUseTasks, TaskSnapshot } from '../../src/publicApi';
import { waitFor } from './waitFor';

/** What the extension gives to others. Activates it where it is not yet. */
export async function activated(): Promise<BrowserUseTasks> {
  const extension = extensions.getExtension<BrowserUseTasks>('browser-use-tasks.browser-use-tasks');
  assert.ok(extension, 'VS Code does not know the extension');
  return extension.activate();
}

/** Sets a user setting; without a value, takes it back. VS Code takes a fifth of a second for it, so what is set already is left. */
export async function set(name: string, value?: unknown): Promise<void> {
  const settings = workspace.getConfiguration('browserUseTasks');
  if (isDeepStrictEqual(settings.inspect(name)?.globalValue, value)) return;
  await settings.update(name, value, ConfigurationTarget.Global);
}

/** Runs a command of the extension. */
export async function run(name: string, ...args: readonly unknown[]): Promise<void> {
  await commands.executeCommand(`browserUseTasks.${name}`, ...args);
}

/** Waits until a tracked task is as wanted. */
export function taskWhen(
  api: BrowserUseTasks,
  id: string,
  matches: (task: TaskSnapshot) => boolean,
): Promise<TaskSnapshot> {
  return waitFor(`task ${id} to be as wanted`, () =>
    api.tasks.find((task) => task.id === id && matches(task)),
  );
}
