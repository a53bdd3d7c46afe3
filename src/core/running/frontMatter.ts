import type { WrittenValue } from './runFields';

/** A place in a text: a line from 0, and columns from 0 in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface FrontMatterEntry {
  readonly name: string;
  readonly place: TextPlace;
  readonly value: WrittenValue;
}

export interface FrontMatterProblem {
  readonly place: TextPlace;
  /** A sentence. */
  readonly text: string;
}

export interface FrontMatter {
  /** Each name once, as the file has them. */
  readonly entries: readonly FrontMatterEntry[];
  readonly problems: readonly FrontMatterProblem[];
  /** The line that closes the front matter. `undefined` where there is none, or nothing closes it. */
  readonly endLine?: number | undefined;
  /** What follows the front matter: the whole text where there is none. */
  readonly body: string;
}

/**
 * Reads the front matter of a Markdown file: the part of YAML in which every value is a text, a list of texts or pairs of texts. What
 * is read means the same to YAML, but that `50` and `true` are texts here too. What else YAML has (text over several lines,
 * anchors, tags, braces) is a problem with its place, never guessed at.
 */
export function readFrontMatter(text: string): FrontMatter {
  const lines = text.split(/\r?\n/u);
  if (!isFence(lines[0])) return { entries: [], problems: [], body: lines.join('\n') };
  const endLine = lines.findIndex((line, index) => index > 0 && isFence(line));
  if (endLine === -1) {
    const place = placeOf(lines, 0);
    const why = 'The front matter that begins here has no end. Close it with a line of ---.';
    return { entries: [], problems: [{ place, text: why }], body: '' };
  }
  const body = lines.slice(endLine + 1).join('\n');
  const tooLong = lines.findIndex((line, at) => at < endLine && line.length > longestLine);
  if (tooLong !== -1) {
    const place = placeOf(lines, tooLong);
    return { entries: [], problems: [{ place, text: 'This line is too long.' }], endLine, body };
  }
  const reader = new EntryReader(lines.slice(0, endLine));
  reader.read();
  const { entries, problems } = reader;
  return { entries, problems, endLine, body };
}

/** In UTF-16 units: far more than an option needs. */
const longestLine = 2000;

function isFence(line = ''): boolean {
  return /^---[ \t]*$/u.test(line);
}

class EntryReader {
  readonly entries: FrontMatterEntry[] = [];
  readonly problems: FrontMatterProblem[] = [];
  readonly #lines: readonly string[];
  #at = 1;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): void {
    const names = new Set<string>();
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at] ?? '';
      if (isBlank(line)) continue;
      const [start = '', name] = /^([A-Za-z][\w-]*)[ \t]*:(?![^ \t])/u.exec(line) ?? [];
      if (name === undefined) {
        this.#refuse('This is no option: an option is written as `name: value`.');
        continue;
      }
      const place = { line: this.#at, start: 0, end: name.length };
      const value = this.#value(line.slice(start.length).trim());
      if (value === undefined) continue;
      if (names.has(name)) this.#refuse(`${name} is written twice.`, place);
      else this.entries.push({ name, place, value });
      names.add(name);
    }
  }

  /** @param text what follows the colon of a name in the current line */
  #value(text: string): WrittenValue | undefined {
    if (text === '' || text.startsWith('#')) return this.#block();
    if (text.startsWith('[')) return this.#flowList(text);
    return this.#scalar(text);
  }

  /** The list or the pairs in the lines that follow. */
  #block(): WrittenValue | undefined {
    const nameLine = this.#at;
    const problemCount = this.problems.length;
    const items: string[] = [];
    const pairs = new Map<string, string>();
    let indent: string | undefined;
    for (let at = nameLine + 1; at < this.#lines.length; at++) {
      const line = this.#lines[at] ?? '';
      if (isBlank(line)) continue;
      const rest = line.trimStart();
      const space = line.slice(0, -rest.length);
      const isItem = /^-(?![^ \t])/u.test(rest);
      if (space === '' && !isItem) break;
      this.#at = at;
      indent ??= space;
      if (space.includes('\t') || space !== indent)
        this.#refuse(
          'The lines of a list or of pairs begin in the same column, and with spaces only.',
        );
      else if (isItem) items.push(this.#scalar(rest.slice(1).trim()) ?? '');
      else this.#pair(rest, pairs);
    }
    if (this.problems.length > problemCount) return undefined;
    if (items.length > 0 && pairs.size > 0) {
      this.#refuse(
        'These lines are a list in part and pairs in part.',
        placeOf(this.#lines, nameLine),
      );
      return undefined;
    }
    if (items.length > 0) return items;
    if (pairs.size > 0) return pairs;
    this.#refuse('This option has no value.', placeOf(this.#lines, nameLine));
    return undefined;
  }

  #pair(line: string, pairs: Map<string, string>): void {
    const [start = '', plain, quoted] =
      /^(?:([A-Za-z_][\w.-]*)|("(?:[^"\\]|\\.)+"))[ \t]*:(?![^ \t])/u.exec(line) ?? [];
    const name = quoted === undefined ? plain : jsonText(quoted);
    if (name === undefined) this.#refuse('This is no pair: a pair is written as `name: value`.');
    else if (pairs.has(name)) this.#refuse(`${name} is written twice.`);
    else pairs.set(name, this.#scalar(line.slice(start.length).trim()) ?? '');
  }

  /** A list in one line: `[a, "b c"]`. */
  #flowList(text: string): readonly string[] | undefined {
    const inner = /^\[(.*)\](?:[ \t]+#.*)?$/u.exec(text)?.[1];
    const items = [...(inner ?? '').matchAll(flowItem)];
    if (items.map(([whole]) => whole).join('') !== inner) {
      this.#refuse('A list in one line is written as `[one, "two"]`.');
      return undefined;
    }
    const values = items.flatMap(
      ([, quoted, plain = '']) => this.#scalar(quoted ?? plain.trim()) ?? [],
    );
    return values.length === items.length ? values : undefined;
  }

  /** @param text without space around it */
  #scalar(text: string): string | undefined {
    const [, double] = /^("(?:[^"\\]|\\.)*")(?:[ \t]+#.*)?$/u.exec(text) ?? [];
    if (double !== undefined) {
      const value = jsonText(double);
      if (value === undefined) this.#refuse('This text in quotes has an escape that is not known.');
      return value;
    }
    const [, single] = /^'((?:[^']|'')*)'(?:[ \t]+#.*)?$/u.exec(text) ?? [];
    if (single !== undefined) return single.replaceAll("''", "'");
    const plain = text.replace(comment, '');
    if (['', '~', 'null'].includes(plain)) {
      this.#refuse('This option has no value.');
      return undefined;
    }
    if (plain.startsWith('|') || plain.startsWith('>')) {
      this.#refuse('A value is written in one line. The prompt follows the front matter.');
      return undefined;
    }
    if (/^(?:[[\]{},&*!'"%@`]|[-?:](?:[ \t]|$))|:[ \t]|:$/u.test(plain)) {
      this.#refuse('This value needs quotes around it: "…".');
      return undefined;
    }
    return plain;
  }

  #refuse(text: string, place = placeOf(this.#lines, this.#at)): void {
    this.problems.push({ place, text });
  }
}

/**
 * An item of a list in one line, with the comma after it. Only one part of it takes any blank, so that many of them are read once,
 * not in every way that the parts could share them.
 */
const flowItem = /(?:\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*|([^,"'[\]{}#]+))(?:,|$)/guy;
/** A comment with all blanks before it, which are read once. */
const comment = /(?:^|(?<![ \t])[ \t]+)#.*/u;

function isBlank(line: string): boolean {
  return /^\s*(?:#.*)?$/u.test(line);
}

function jsonText(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** A whole line without the space around it. */
function placeOf(lines: readonly string[], line: number): TextPlace {
  const text = lines[line] ?? '';
  return { line, start: text.length - text.trimStart().length, end: text.trimEnd().length };
}
