import { env } from 'vscode';

/** A moment in the user's language, time zone and calendar: date and time to the second. */
export function formatMoment(at: number): string {
  return new Date(at).toLocaleString(env.language, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The time of day in the user's language and time zone: "14:05". */
export function formatTimeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString(env.language, { hour: '2-digit', minute: '2-digit' });
}

/** A moment to the minute, as short as the user's language has it: "1/13/26, 2:05 PM". */
export function shortMomentLabel(at: number): string {
  // Making one takes longer than formatting a hundred moments, and VS Code's language never changes in a window.
  shortFormat ??= new Intl.DateTimeFormat(env.language, { dateStyle: 'short', timeStyle: 'short' });
  return shortFormat.format(at);
}

let shortFormat: Intl.DateTimeFormat | undefined;
