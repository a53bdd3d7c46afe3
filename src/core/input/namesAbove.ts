import { kindOfName, nameBefore, type NamedKind } from './idNames';
import { indentAt } from './textSigns';

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
