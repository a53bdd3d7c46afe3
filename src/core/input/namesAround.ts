import { kindOfName, nameBefore, type NamedKind } from './idNames';
import { indentAt } from './textSigns';

/** What is one thing in a text: a line of a log, an object of a list, a row of a table. */
export interface PastedRecord {
  /** The record that this one lies in. */
  readonly parent: PastedRecord | undefined;
  /** Whether it names a task, which is for the reader of its mentions to find out. False at first. */
  hasTask: boolean;
}

/** What an open bracket holds. */
interface Frame {
  readonly opener: string;
  /** Where the bracket stands. */
  readonly at: number;
  /** Where the search for the bracket's own name ends. */
  readonly floor: number;
  readonly record: PastedRecord;
  /** What the bracket is called, once it was looked for. */
  kind?: NamedKind;
}

/** Nobody nests deeper; a hostile text might. */
const maxDepth = 64;

/** The brackets that are open where a text is read: what they are called names what stands in them. */
export class OpenBrackets {
  readonly #text: string;
  /** Of what stands outside all. */
  #lineRecord: PastedRecord = { parent: undefined, hasTask: false };
  /** From the outermost to the innermost. */
  #frames: Frame[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** How many are open; 0 outside all. */
  get depth(): number {
    return this.#frames.length;
  }

  /** The innermost object of a list, else the line. */
  get record(): PastedRecord {
    return this.#frames.at(-1)?.record ?? this.#lineRecord;
  }

  /**
   * @param floor nothing before it names the bracket
   * @param isAfterWords whether there are words before it in its line, outside all brackets
   */
  open(at: number, floor: number, isAfterWords: boolean): void {
    if (this.depth >= maxDepth) this.reset();
    const opener = this.#text.charAt(at);
    const around = this.#frames.at(-1);
    // An object of a list is a record of its own.
    const isElement = around ? around.opener === '[' : opener === '{' && !isAfterWords;
    const record = isElement ? { parent: this.record, hasTask: false } : this.record;
    this.#frames.push({ opener, at, floor, record });
  }

  close(): void {
    this.#frames.pop();
  }

  /** A new record begins, outside all brackets. */
  reset(): void {
    this.#lineRecord = { parent: undefined, hasTask: false };
    this.#frames = [];
  }

  /** What the brackets around an ID say of it that nothing else names: the innermost that is called anything. */
  get kind(): NamedKind {
    for (const frame of this.#frames.toReversed()) {
      frame.kind ??= nameBefore(this.#text, frame.at, frame.floor).kind;
      if (frame.kind !== 'open') return frame.kind;
    }
    return 'open';
  }
}

/** A line that has been read. */
export interface ReadLine {
  readonly start: number;
  readonly end: number;
  /** What it names. */
  readonly mentions: readonly NamedInLine[];
  /** Whether there is a word in it beside IDs and links. */
  readonly hasWords: boolean;
}

/** An ID of a line. */
export interface NamedInLine {
  kind: NamedKind;
  /** Which cell of its line it stands in. */
  readonly column: number;
}

/** Names that lines after it go by: "Sessions:". */
interface Title {
  readonly indent: number;
  readonly kind: NamedKind;
}

/** The columns of a table. */
interface Header {
  readonly delimiter: number;
  readonly kinds: readonly NamedKind[];
}

/** Nobody reads a table of more. */
const maxColumns = 200;

/** Names that stand above what they name: the columns of a table, and titles of lists. */
export class NamesAbove {
  readonly #text: string;
  #titles: Title[] = [];
  #header: Header | undefined;
  #column = 0;
  #isQuoted = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Which cell of the line is being read. */
  get column(): number {
    return this.#column;
  }

  noteQuote(): void {
    this.#isQuoted = !this.#isQuoted;
  }

  noteDelimiter(code: number): void {
    if (code === this.#header?.delimiter && !this.#isQuoted) this.#column++;
  }

  /** Names what the line leaves open, and learns what it says of the lines below. */
  endLine(line: ReadLine): void {
    this.#nameCells(line);
    const text = this.#text.slice(line.start, line.end);
    if (line.mentions.length === 0 && line.hasWords) this.#readHeader(text);
    if (text.trimEnd().endsWith(':')) this.#noteTitle(line);
  }

  /** A title holds for what stands further in, and for IDs and list items right below it. */
  startLine(start: number, indent: number, isBlank: boolean): void {
    this.#column = 0;
    this.#isQuoted = false;
    if (isBlank) return;
    for (let last = this.#titles.at(-1); last; last = this.#titles.at(-1)) {
      if (indent > last.indent) return;
      if (indent === last.indent && itemStart.test(this.#text.slice(start, start + 48))) return;
      this.#titles.pop();
    }
  }

  /** Gives the IDs of a table's row the names of their columns, and those of a list those of its title. */
  #nameCells(line: ReadLine): void {
    const header = this.#header;
    const isRow = header !== undefined && this.#column === header.kinds.length - 1;
    const title = this.#titles.at(-1)?.kind ?? 'open';
    for (const mention of line.mentions) {
      if (mention.kind === 'open' && isRow) mention.kind = header.kinds[mention.column] ?? 'open';
      if (mention.kind === 'open') mention.kind = title;
    }
  }

  /** A line of signs, as between a header and its rows, is no header, and leaves that before it as it is. */
  #readHeader(line: string): void {
    const delimiter = ['|', '\t', ';', ','].find((sign) => line.includes(sign)) ?? '\n';
    const cells = line.split(delimiter, maxColumns).map((cell) => cell.trim());
    const isHeader = cells.length > 1 && cells.every((cell) => columnName.test(cell));
    this.#header = isHeader
      ? { delimiter: delimiter.charCodeAt(0), kinds: cells.map(kindOfName) }
      : undefined;
  }

  #noteTitle({ start, end }: ReadLine): void {
    const { kind } = nameBefore(this.#text, end, start);
    // "Profiles:" says what follows; "I found these in the log file:" does not.
    const isSentence = kind === 'other' && /\S \S+ \S/u.test(this.#text.slice(start, end));
    this.#titles.push({ indent: indentAt(this.#text, start), kind: isSentence ? 'unknown' : kind });
  }
}

/** At most three words. */
const columnName = /^(?:#|["'*`#]*\p{L}[\w.#()"'*`-]{0,30}(?: [\w.#()"'*`-]{1,20}){0,2})?$/u;
const itemStart = /^(?:[-*•+>"'`<]|\d{1,4}[.)]|[0-9a-f]{8}-|[0-9a-f]{32}(?![0-9a-z])|https?:)/iu;
