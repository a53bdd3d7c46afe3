import { env } from 'vscode';

/** A moment in the user's language, time zone and calendar: date and time to the second. */
export function momentWords(at: number): string {
  return new Date(at).toLocaleString(env.language, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The time of day in the user's language and time zone: "14:05". */
export function clockWords(at: number): string {
  return new Date(at).toLocaleTimeString(env.language, { hour: '2-digit', minute: '2-digit' });
}
