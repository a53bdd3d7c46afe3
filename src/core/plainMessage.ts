import { oneLine } from './taskWords';

/**
 * Makes a text fit for VS Code's messages and input boxes, which turn `[words](command:…)` into a link that runs a command:
 * what comes from a task or a server must not.
 */
export function plainMessage(text: string): string {
  return oneLine(text).replace(/\](?=\()/gu, '] ');
}

/** Makes a text fit for lists to pick from, which turn `$(name)` into an icon. */
export function plainLabel(text: string): string {
  return oneLine(text).replace(/\$\(/gu, '$ (');
}
