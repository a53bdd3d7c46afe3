import { readJson } from '../text/jsonTree';
import type { FrontMatterEntry, TextPlace } from './frontMatter';
import { jsonTypeIn, jsonTypeOf } from './promptFileSchema';
import { asWritten, expectationOf, runFields } from './runFields';

export interface JsonPrompt {
  /** The options, each name once. */
  readonly entries: readonly FrontMatterEntry[];
  /** Sentences. Without a place, it is the whole text. */
  readonly problems: readonly { readonly place?: TextPlace; readonly text: string }[];
  /** Empty where there is none. */
  readonly prompt: string;
}

/** Reads a JSON object with a `prompt` and options. A value of another type than the schema names is a problem, as a text for a number. */
export function readJsonPrompt(text: string): JsonPrompt {
  if (text.trim() === '') return refused(`This file is empty: ${example}`);
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    return { entries: [], problems: [jsonFault(text)], prompt: '' };
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return refused(`This is no JSON object: ${example}`);
  const problems: { place: TextPlace; text: string }[] = [];
  const entries: FrontMatterEntry[] = [];
  const given = new Map<string, unknown>(Object.entries(values));
  const seen = new Set<string>();
  for (const { name, place } of namesIn(text)) {
    const value = given.get(name);
    const field = runFields.find(({ option }) => option === name);
    const type = field && jsonTypeOf(field.kind);
    if (seen.has(name)) problems.push({ place, text: `${name} is written twice.` });
    else if (name === 'prompt' && typeof value !== 'string')
      problems.push({ place, text: 'The prompt must be a text.' });
    else if (field && type !== undefined && type !== jsonTypeIn(value))
      problems.push({ place, text: expectationOf(field) });
    else if (name !== 'prompt' && name !== '$schema')
      // No option takes an empty value, so its reader says what it must be.
      entries.push({ name, place, value: asWritten(value) ?? '' });
    seen.add(name);
  }
  const prompt = given.get('prompt');
  return { entries, problems, prompt: typeof prompt === 'string' ? prompt : '' };
}

const example = 'a task is written as {"prompt": "…"}.';

/** @param text what is wrong with the whole of it */
function refused(text: string): JsonPrompt {
  return { entries: [], problems: [{ text }], prompt: '' };
}

/** Where a text stops being JSON, which VS Code itself marks in no file that it takes for something else. */
function jsonFault(text: string): { readonly place: TextPlace; readonly text: string } {
  const isGood = (length: number): boolean =>
    readJson(text.slice(0, length), { isBeginning: true }) !== undefined;
  // Blanks alone are no beginning, and what comes after one that is bad makes none good.
  let good = text.search(/[^ \t\r\n]/u);
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good);
  const start = good - 1 - before.lastIndexOf('\n');
  const sign = String.fromCodePoint(text.codePointAt(good) ?? 0);
  const what = sign < ' ' ? 'a line end or control character' : `“${sign}”`;
  return {
    place: { line: before.split('\n').length - 1, start, end: start + sign.length },
    text: `This is not JSON: ${good === text.length ? 'it ends too early' : `${what} can’t stand in column ${start + 1}`}.`,
  };
}

/** The names of the outermost object, where they stand in the text, which is JSON. */
function namesIn(text: string): readonly { readonly name: string; readonly place: TextPlace }[] {
  const names: { name: string; place: TextPlace }[] = [];
  let latest!: { name: string; place: TextPlace };
  let depth = 0;
  let line = 0;
  let lineStart = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '\n') {
      line++;
      lineStart = at + 1;
    } else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') depth--;
    else if (sign === ':' && depth === 1) names.push(latest);
    else if (sign === '"') {
      const start = at++;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      const place = { line, start: start - lineStart, end: at + 1 - lineStart };
      latest = { name: JSON.parse(text.slice(start, at + 1)) as string, place };
    }
  }
  return names;
}
