import type { FrontMatterEntry, TextPlace } from './frontMatter';
import { jsonTypeOf } from './promptFileSchema';
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
  const json = text.replace(/^\uFEFF/u, '');
  if (json.trim() === '') return refused(`This file is empty: ${example}`);
  let values: unknown;
  try {
    values = JSON.parse(json);
  } catch {
    return refused('This is not JSON. VS Code marks what is wrong in it.');
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return refused(`This is no JSON object: ${example}`);
  const problems: { place: TextPlace; text: string }[] = [];
  const entries: FrontMatterEntry[] = [];
  const given = new Map<string, unknown>(Object.entries(values));
  const seen = new Set<string>();
  for (const { name, place } of namesIn(text)) {
    const value = given.get(name);
    const written = asWritten(value);
    const field = runFields.find(({ option }) => option === name);
    const type = field && jsonTypeOf(field.kind);
    if (seen.has(name)) problems.push({ place, text: `${name} is written twice.` });
    else if (name === 'prompt' && typeof value !== 'string')
      problems.push({ place, text: 'The prompt must be a text.' });
    else if (field && type !== undefined && (written === undefined || type !== typeIn(value)))
      problems.push({ place, text: expectationOf(field) });
    else if (name !== 'prompt' && name !== '$schema')
      entries.push({ name, place, value: written ?? '' });
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

function typeIn(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The names of the outermost object, where they stand in the text, which is JSON. */
function namesIn(text: string): readonly { readonly name: string; readonly place: TextPlace }[] {
  const names: { name: string; place: TextPlace }[] = [];
  let depth = 0;
  let line = 0;
  let lineStart = 0;
  let isName = true;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '\n' || (sign === '\r' && text[at + 1] !== '\n')) {
      line++;
      lineStart = at + 1;
    } else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') depth--;
    else if (sign === ',' && depth === 1) isName = true;
    else if (sign === '"') {
      const start = at++;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      if (depth !== 1 || !isName) continue;
      isName = false;
      const place = { line, start: start - lineStart, end: at + 1 - lineStart };
      names.push({ name: JSON.parse(text.slice(start, at + 1)) as string, place });
    }
  }
  return names;
}
