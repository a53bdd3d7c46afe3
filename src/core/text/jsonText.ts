import { formatJson } from './formatJson';
/** JSON texts by name. */
export type JsonMembers = Readonly<Record<string, string | undefined>>;

/**
 * The JSON of an object whose values are JSON texts already, so that their numbers keep their digits.
 * Those that are undefined are left out.
 */
export function objectJson(members: JsonMembers): string {
  const entries = Object.entries(members)
    .filter(([, json]) => json !== undefined)
    .map(([name, json]) => `${JSON.stringify(name)}:${json ?? ''}`);
  return `{${entries.join()}}`;
}

/** As `objectJson`, for a list. */
export function listJson(values: readonly string[]): string {
  return `[${values.join()}]`;
}

/** The JSON of each value; nothing for what is undefined. */
export function membersOf(values: object): JsonMembers {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      JSON.stringify(value) as string | undefined,
    ]),
  );
}

/**
 * A string of JSON as JSON: what it holds, as it was written.
 * A string where it is no JSON, no object or array, or deeper than 64 levels.
 */
export function embeddedJson(text: string): string {
  return formatJson(text) === undefined ? JSON.stringify(text) : text;
}
