import type { Region } from '../cloud/regions';
import { kindOfName, nameBefore, type IdContext, type NamedKind } from './idNames';
import {
  isTrackLink,
  maxTrackLinkLength,
  readLink,
  type LinkedId,
  type LinkRefusal,
} from './taskLinks';
import { isBrokenUuid, uuidsIn } from '../text/uuids';

/** What is one thing in a text: a line of a log, an object of a list, a row of a table. */
export interface PastedRecord {
  /** The record that this one lies in. */
  readonly parent: PastedRecord | undefined;
  /** Whether it names a task, which is for the reader of its mentions to find out. False at first. */
  hasTask: boolean;
}

/** A place where a text names an ID. */
export interface Mention {
  /** A UUID in lower case, or another ID that a link or a version before it makes one. */
  readonly id: string;
  readonly kind: NamedKind;
  /** As in `v2`, where the text tells it. */
  readonly version?: string | undefined;
  /** The region of Browser Use Cloud, where a link tells it. */
  readonly region?: Region | undefined;
  readonly record: PastedRecord;
  /** True for a link in a line without words: an item of a list, whatever stands beside it. */
  readonly isItem: boolean;
}

/** What a text holds that names something, or was meant to. */
export interface PastedMentions {
  readonly mentions: readonly Mention[];
  /** Whether there is any UUID, in other sites' links and of other things, too. */
  readonly hasUuid: boolean;
  /** Words that look like UUIDs with digits missing or to spare, in lower case. */
  readonly broken: ReadonlySet<string>;
  readonly refusedLinks: readonly LinkRefusal[];
}

/**
 * Finds what a text names, in one pass over it, in time in proportion to its length.
 * @param text plain, as `plainPaste` makes it
 */
export function findMentions(text: string): PastedMentions {
  return new MentionReader(text).read();
}

/** What an open bracket holds. The first frame is that of the text itself. */
interface Frame {
  readonly opener: string;
  /** Behind the bracket. */
  readonly start: number;
  /** Where the search for the bracket's own name ends. */
  readonly floor: number;
  /** An object of a list is a record of its own. */
  readonly isElement: boolean;
  record: PastedRecord | undefined;
  context: IdContext | undefined;
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

type Draft = { -readonly [Key in keyof Mention]: Mention[Key] } & {
  /** Which cell of its line it stands in. */
  readonly column: number;
};

/** Nobody nests deeper; a hostile text might. */
const maxDepth = 64;
const maxRefusals = 1000;
/** A URL is hardly ever longer than some hundreds. */
const maxLinkLength = 8000;
const maxHeaderLength = 2000;
const maxTrailingBlanks = 200;
const maxTitleLength = 100;

class MentionReader {
  readonly #text: string;
  readonly #mentions: Draft[] = [];
  readonly #broken = new Set<string>();
  readonly #refusedLinks: LinkRefusal[] = [];
  #hasUuid = false;

  #outermost = outermostFrame();
  /** From the outermost to the innermost. */
  #frames: Frame[] = [this.#outermost];
  /** Brackets that are open beyond the deepest frame. */
  #depthBeyond = 0;

  #lineStart = 0;
  #lineHasWords = false;
  #lineHasDelimiter = false;
  /** Words outside all brackets. */
  #lineHasTopWords = false;
  #firstOfLine = 0;
  /** How far in the first line of the record stands. */
  #recordIndent = 0;

  #lastEnd = 0;
  #lastDepth = 0;

  #titles: Title[] = [];
  #header: Header | undefined;
  #delimiter = -1;
  #column = 0;
  #isQuoted = false;

  constructor(text: string) {
    this.#text = text;
    this.#recordIndent = indentAt(text, 0);
  }

  read(): PastedMentions {
    const text = this.#text;
    const { length } = text;
    for (let at = 0; at < length;) {
      const code = text.charCodeAt(at);
      switch (code < 128 ? signs[code] : letterSign) {
        case 0:
          at++;
          break;
        case wordSign:
          at = this.#readWord(at);
          break;
        case lineSign:
          at = this.#endLine(at);
          break;
        case openSign:
          this.#open(at++);
          break;
        case closeSign:
          this.#close();
          at++;
          break;
        case quoteSign:
          this.#isQuoted = !this.#isQuoted;
          at++;
          break;
        case delimiterSign:
          this.#lineHasDelimiter = true;
          if (code === this.#delimiter && !this.#isQuoted) this.#column++;
          at++;
          break;
        default:
          if (code >= 0xc0 && isLetterBeyondAscii(code)) this.#noteWord();
          at++;
      }
    }
    this.#endCells(length);
    return {
      mentions: this.#mentions,
      hasUuid: this.#hasUuid,
      broken: this.#broken,
      refusedLinks: this.#refusedLinks,
    };
  }

  /** @returns where the word, or the link that begins with it, ends */
  #readWord(start: number): number {
    const text = this.#text;
    let end = start;
    let hasLetter = false;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (letters[code] === 1) hasLetter = true;
      else if (signs[code] !== wordSign) break;
    }
    const next = text.charCodeAt(end);
    if (next === colon && text.startsWith('://', end))
      return this.#readLink(start, isTrackLink(text, end) ? maxTrackLinkLength : maxLinkLength);
    const length = end - start;
    if (length >= 32 && this.#readUuids(start, end)) return end;
    if (length <= 3 && (next === colon || next === slash)) {
      const versionedEnd = this.#readVersioned(start, end);
      if (versionedEnd !== undefined) return versionedEnd;
    }
    if (length >= 6 && length <= 64) this.#noteBroken(start, end);
    if (hasLetter) this.#noteWord();
    return end;
  }

  #noteWord(): void {
    this.#lineHasWords = true;
    if (this.#frames.length === 1) this.#lineHasTopWords = true;
  }

  #readUuids(start: number, end: number): boolean {
    const text = this.#text;
    const word = text.slice(start, end);
    // What looks like a key is never anything else.
    if (word.startsWith('bu_')) return true;
    const found = uuidsIn(word);
    for (const { id, start: from, end: to } of found) {
      this.#hasUuid = true;
      if (to === word.length && isOfHost(text, end)) continue;
      if (from === 0 && text[start - 1] === '@') continue;
      this.#noteUuid(id, start + from, start + to);
    }
    return found.length > 0;
  }

  #noteUuid(id: string, start: number, end: number): void {
    const depth = this.#frames.length - 1;
    const own = this.#ownContext(start);
    let nameDepth = depth;
    let { kind } = own;
    for (; kind === 'open' && nameDepth > 0; nameDepth--) ({ kind } = this.#contextOf(nameDepth));
    this.#mentions.push({
      id,
      column: this.#column,
      kind,
      version: own.version,
      // An "id" belongs to the innermost bracket, whatever that is called.
      record: this.#recordAt(own.isNamed === true ? depth : nameDepth),
      isItem: false,
    });
    this.#lastEnd = end;
    this.#lastDepth = depth;
  }

  /** What stands right before an ID, or before the first of an enumeration. */
  #ownContext(start: number): IdContext {
    const text = this.#text;
    const floor = Math.max(this.#lineStart, this.#frame.start, this.#lastEnd);
    const context = nameBefore(text, start, floor);
    const last = this.#mentions.at(-1);
    if (context.kind !== 'open' || last === undefined || start - this.#lastEnd > 8) return context;
    const isNext =
      this.#lastEnd >= this.#lineStart &&
      this.#lastDepth === this.#frames.length - 1 &&
      /^["'`]?\s*(?:,|&|and|or|, ?and|, ?or)\s*["'`]?$/u.test(text.slice(this.#lastEnd, start));
    return isNext && last.version === undefined ? { kind: last.kind } : context;
  }

  get #frame(): Frame {
    return this.#frames.at(-1) ?? this.#outermost;
  }

  #contextOf(depth: number): IdContext {
    const frame = this.#frames[depth];
    if (!frame) return { kind: 'open' };
    frame.context ??= nameBefore(this.#text, frame.start - 1, frame.floor);
    return frame.context;
  }

  /** The record that a name at this depth belongs to: the innermost object of a list around it, else the line. */
  #recordAt(depth: number): PastedRecord {
    let record = (this.#outermost.record ??= { parent: undefined, hasTask: false });
    for (let at = 1; at <= depth; at++) {
      const frame = this.#frames[at];
      if (frame?.isElement === true) record = frame.record ??= { parent: record, hasTask: false };
    }
    return record;
  }

  /** `v1:task_…`: an ID of whatever kind, as the version before it says. */
  #readVersioned(start: number, end: number): number | undefined {
    const text = this.#text;
    const before = text[start - 1] ?? '';
    if (!/^v\d{1,2}$/iu.test(text.slice(start, end)) || /[/.:]/u.test(before)) return undefined;
    versionedId.lastIndex = end + 1;
    const id = versionedId.exec(text)?.[0];
    if (id === undefined || id.startsWith('bu_')) return undefined;
    // What the version says of a UUID is read with the UUID; a word of its own it is not.
    if (uuidsIn(id).length > 0) return end;
    this.#mentions.push({
      id,
      column: this.#column,
      kind: 'task',
      version: text.slice(start, end).toLowerCase(),
      record: this.#recordAt(this.#frames.length - 1),
      isItem: true,
    });
    return end + 1 + id.length;
  }

  #noteBroken(start: number, end: number): void {
    const text = this.#text;
    const isElided = text[end] === '…' || text.startsWith('...', end);
    const hasHyphen = text.charCodeAt(start + 8) === hyphen;
    if (!isElided && !hasHyphen) return;
    const word = text.slice(start, end);
    if (this.#broken.size < maxRefusals && isBrokenUuid(word, isElided))
      this.#broken.add(word.toLowerCase());
  }

  /** @returns where the link ends */
  #readLink(start: number, maxLength: number): number {
    const text = this.#text;
    linkEnd.lastIndex = start;
    const end = linkEnd.exec(text)?.index ?? text.length;
    const link = text.slice(start, Math.min(end, start + maxLength)).replace(/[.!?:]{1,8}$/u, '');
    if (!this.#hasUuid) this.#hasUuid = uuidsIn(link).length > 0;
    const read = readLink(link);
    if ('why' in read) {
      if (this.#refusedLinks.length < maxRefusals) this.#refusedLinks.push(read);
    } else for (const linked of read) this.#noteLinked(linked);
    this.#lastEnd = end;
    this.#lastDepth = -1;
    return end;
  }

  #noteLinked({ id, kind, version, region }: LinkedId): void {
    this.#mentions.push({
      id,
      column: this.#column,
      kind,
      version,
      region,
      record: this.#recordAt(this.#frames.length - 1),
      // Whether there are words is known at the line's end.
      isItem: true,
    });
  }

  #open(at: number): void {
    if (this.#frames.length > maxDepth) {
      this.#depthBeyond++;
      return;
    }
    const opener = this.#text[at] ?? '';
    const depth = this.#frames.length;
    this.#frames.push({
      opener,
      start: at + 1,
      floor: Math.max(this.#lineStart, this.#frame.start, this.#lastEnd),
      isElement:
        this.#frame.opener === '[' || (depth === 1 && opener === '{' && !this.#lineHasTopWords),
      record: undefined,
      context: undefined,
    });
  }

  #close(): void {
    if (this.#depthBeyond > 0) this.#depthBeyond--;
    else if (this.#frames.length > 1) this.#frames.pop();
  }

  /** @returns where the next line's first sign stands */
  #endLine(end: number): number {
    const text = this.#text;
    this.#endCells(end);
    this.#noteTitle(end);
    const nextLine = text.startsWith('\r\n', end) ? end + 2 : end + 1;
    let start = nextLine;
    for (let code = text.charCodeAt(start); code === blank || code === tab;)
      code = text.charCodeAt(++start);
    const indent = start - nextLine;
    const first = text[start] ?? '';
    const isBlank = first === '\n' || first === '\r' || first === '';
    this.#lineStart = nextLine;
    this.#lineHasWords = false;
    this.#lineHasDelimiter = false;
    this.#lineHasTopWords = false;
    this.#isQuoted = false;
    this.#column = 0;
    this.#firstOfLine = this.#mentions.length;
    if (!isBlank) this.#endTitles(indent, start);
    if (!this.#goesOn(indent, first, isBlank, end)) this.#startRecord(indent);
    return start;
  }

  /** Whether a line belongs to the record before it: within its brackets, or further in than its first line. */
  #goesOn(indent: number, first: string, isBlank: boolean, end: number): boolean {
    if (this.#frames.length === 1) return !isBlank && indent > this.#recordIndent;
    // A bracket that a log cut off must not swallow all that follows.
    return (
      indent > 0 || isBlank || /[\])}]/u.test(first) || goesOnAfter.has(this.#lastSignBefore(end))
    );
  }

  /** The last sign before a line's end that is no blank; looked for nearby only. */
  #lastSignBefore(end: number, floor = 0): number {
    const text = this.#text;
    const from = Math.max(floor, end - maxTrailingBlanks);
    let at = end - 1;
    while (at > from && blanks.has(text.charCodeAt(at))) at--;
    return text.charCodeAt(at);
  }

  #startRecord(indent: number): void {
    this.#recordIndent = indent;
    this.#depthBeyond = 0;
    this.#outermost = outermostFrame();
    this.#frames = [this.#outermost];
  }

  /** Gives the IDs of a table's row the names of their columns, and those of a list those of its title. */
  #endCells(end: number): void {
    const { length } = this.#mentions;
    const header = this.#header;
    const isRow = header !== undefined && this.#column === header.kinds.length - 1;
    const title = this.#titles.at(-1)?.kind ?? 'open';
    for (let at = this.#firstOfLine; at < length; at++) {
      const mention = this.#mentions[at];
      if (!mention) continue;
      if (mention.isItem) mention.isItem = !this.#lineHasWords;
      if (mention.kind !== 'open') continue;
      if (isRow) mention.kind = header.kinds[mention.column] ?? 'open';
      if (mention.kind === 'open') mention.kind = title;
    }
    if (this.#firstOfLine === length) this.#readHeader(end);
    else if (!isRow) this.#setHeader(undefined);
  }

  #readHeader(end: number): void {
    if (this.#frames.length > 1) return;
    if (!this.#lineHasDelimiter || end - this.#lineStart > maxHeaderLength) {
      // The rule under a header is made of signs.
      if (this.#lineHasWords || end === this.#lineStart) this.#setHeader(undefined);
      return;
    }
    const line = this.#text.slice(this.#lineStart, end);
    if (this.#header && !this.#lineHasWords) return;
    const delimiter = ['|', '\t', ';', ','].find((sign) => line.includes(sign));
    const cells = delimiter === undefined ? [] : line.split(delimiter).map((cell) => cell.trim());
    const kinds = cells.map((cell) => kindOfName(cell.replace(/^["'*`]+|["'*`]+$/gu, '')));
    const isHeader =
      cells.every((cell) => columnName.test(cell)) &&
      cells.some((cell, at) => cell !== '' && kinds[at] !== 'unknown');
    this.#setHeader(
      isHeader && delimiter !== undefined
        ? { delimiter: delimiter.charCodeAt(0), kinds }
        : undefined,
    );
  }

  #setHeader(header: Header | undefined): void {
    this.#header = header;
    this.#delimiter = header?.delimiter ?? -1;
  }

  #noteTitle(end: number): void {
    const start = this.#lineStart;
    if (this.#frames.length > 1 || this.#firstOfLine < this.#mentions.length) return;
    if (this.#lastSignBefore(end, start) !== colon || end - start > maxTitleLength) return;
    const colonAt = this.#text.lastIndexOf(':', end - 1);
    if (colonAt === start || this.#titles.length >= maxDepth) return;
    const { kind } = nameBefore(this.#text, colonAt, start);
    // "Profiles:" says what follows; "I found these in the log file:" does not.
    const isSentence = kind === 'other' && /\S\s+\S+\s+\S/u.test(this.#text.slice(start, colonAt));
    this.#titles.push({
      indent: indentAt(this.#text, start),
      kind: isSentence ? 'unknown' : kind,
    });
  }

  /** A title holds for what stands further in, and for IDs and list items right below it. */
  #endTitles(indent: number, start: number): void {
    for (let last = this.#titles.at(-1); last; last = this.#titles.at(-1)) {
      if (indent > last.indent) return;
      if (indent === last.indent && itemStart.test(this.#text.slice(start, start + 48))) return;
      this.#titles.pop();
    }
  }
}

function outermostFrame(): Frame {
  return {
    opener: '',
    start: 0,
    floor: 0,
    isElement: false,
    record: undefined,
    context: undefined,
  };
}

/** A UUID that begins a mail address or a host's name is part of that. */
function isOfHost(text: string, end: number): boolean {
  if (text[end] === '@') return true;
  return text[end] === '.' && /^\.[a-z0-9-]+\.[a-z0-9]/iu.test(text.slice(end, end + 64));
}

function indentAt(text: string, lineStart: number): number {
  let at = lineStart;
  while (text.charCodeAt(at) === blank || text.charCodeAt(at) === tab) at++;
  return at - lineStart;
}

const colon = 0x3a;
const slash = 0x2f;
const hyphen = 0x2d;
const blank = 0x20;
const tab = 0x09;

/** What ends a link: blanks, quotes, brackets of text around it, and what parts the items of a list. */
const linkEnd = /[\s"'<>|`\\^{}()[\],;]/gu;
const versionedId =
  /(?=\d*[A-Za-z_-])(?=[A-Za-z_-]*\d)[A-Za-z0-9][A-Za-z0-9_-]{0,127}(?![\w/:-])/uy;
/** At most three words. */
const columnName = /^(?:#|["'*`#]*\p{L}[\w.#()"'*`-]{0,30}(?: [\w.#()"'*`-]{1,20}){0,2})?$/u;
const itemStart = /^(?:[-*•+>"'`<]|\d{1,4}[.)]|[0-9a-f]{8}-|[0-9a-f]{32}(?![0-9a-z])|https?:)/iu;
const goesOnAfter: ReadonlySet<number> = new Set(
  ',[{(:'.split('').map((character) => character.charCodeAt(0)),
);

const blanks: ReadonlySet<number> = new Set([blank, tab, 0x0a, 0x0d]);

const wordSign = 1;
const lineSign = 2;
const openSign = 3;
const closeSign = 4;
const quoteSign = 5;
const delimiterSign = 6;
/** Stands for all that is not ASCII. */
const letterSign = 7;

/** Neither a sign nor half of an emoji. */
function isLetterBeyondAscii(code: number): boolean {
  return code < 0x2000 || (code > 0x2bff && (code < 0xd800 || code > 0xdfff));
}

/** What each character of ASCII is. */
const signs = new Uint8Array(128);
const letters = new Uint8Array(128);

function setSigns(characters: string, sign: number): void {
  for (const character of characters) signs[character.charCodeAt(0)] = sign;
}

setSigns('0123456789_-', wordSign);
for (let code = 0x41; code <= 0x5a; code++) {
  for (const at of [code, code + 0x20]) {
    signs[at] = wordSign;
    letters[at] = 1;
  }
}
setSigns('\n\r', lineSign);
setSigns('[({', openSign);
setSigns('])}', closeSign);
setSigns('"', quoteSign);
setSigns('|\t;,', delimiterSign);
