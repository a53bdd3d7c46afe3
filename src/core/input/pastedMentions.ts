import type { Region } from '../cloud/regions';
import { nameBefore, type IdContext, type NamedKind } from './idNames';
import { NamesAbove, OpenBrackets, type PastedRecord } from './namesAround';
import { maxLinkLength, readLink, type LinkRefusal } from './taskLinks';
import {
  closeSign,
  delimiterSign,
  indentAt,
  lineSign,
  openSign,
  quoteSign,
  signOf,
  wordSign,
} from './textSigns';
import { isBrokenUuid, uuidsIn } from '../text/uuids';

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

type Draft = { -readonly [Key in keyof Mention]: Mention[Key] } & {
  /** Which cell of its line it stands in. */
  readonly column: number;
};

const maxRefusals = 1000;

class MentionReader {
  readonly #text: string;
  readonly #brackets: OpenBrackets;
  readonly #namesAbove: NamesAbove;
  readonly #mentions: Draft[] = [];
  readonly #broken = new Set<string>();
  readonly #refusedLinks: LinkRefusal[] = [];
  #hasUuid = false;

  #lineStart = 0;
  #lineHasWords = false;
  /** Words outside all brackets. */
  #lineHasTopWords = false;
  #firstOfLine = 0;
  /** How far in the first line of the record stands. */
  #recordIndent = 0;

  #lastEnd = 0;

  constructor(text: string) {
    this.#text = text;
    this.#brackets = new OpenBrackets(text);
    this.#namesAbove = new NamesAbove(text);
    this.#recordIndent = indentAt(text, 0);
  }

  read(): PastedMentions {
    const text = this.#text;
    const { length } = text;
    for (let at = 0; at < length;) {
      const code = text.charCodeAt(at);
      switch (signOf(code)) {
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
          this.#brackets.open(at++, this.#floor, this.#lineHasTopWords);
          break;
        case closeSign:
          this.#brackets.close();
          at++;
          break;
        case quoteSign:
          this.#namesAbove.noteQuote();
          at++;
          break;
        case delimiterSign:
          this.#namesAbove.noteDelimiter(code);
          at++;
          break;
      }
    }
    this.#nameLine(length);
    return {
      mentions: this.#mentions,
      hasUuid: this.#hasUuid,
      broken: this.#broken,
      refusedLinks: this.#refusedLinks,
    };
  }

  /** Nothing before it names what comes. */
  get #floor(): number {
    return Math.max(this.#lineStart, this.#lastEnd);
  }

  /** @returns where the word, or the link that begins with it, ends */
  #readWord(start: number): number {
    const text = this.#text;
    let end = start;
    while (signOf(text.charCodeAt(end)) === wordSign) end++;
    if (text.startsWith('://', end)) return this.#readLink(start);
    const word = text.slice(start, end);
    if (word.length >= 32 && this.#readUuids(word, start)) return end;
    const versionedEnd = this.#readVersioned(start);
    if (versionedEnd !== undefined) return versionedEnd;
    this.#noteBroken(word, end);
    if (/[a-z]/iu.test(word)) this.#noteWord();
    return end;
  }

  #noteWord(): void {
    this.#lineHasWords = true;
    if (this.#brackets.depth === 0) this.#lineHasTopWords = true;
  }

  #readUuids(word: string, start: number): boolean {
    // What looks like a key is never anything else.
    if (word.startsWith('bu_')) return true;
    const found = uuidsIn(word);
    for (const { id, start: from, end: to } of found) {
      this.#hasUuid = true;
      if (!isOfHost(this.#text, start + to)) this.#noteUuid(id, start + from, start + to);
    }
    return found.length > 0;
  }

  #noteUuid(id: string, start: number, end: number): void {
    const { kind: ownKind, version } = this.#ownContext(start);
    const kind = ownKind === 'open' ? this.#brackets.kind : ownKind;
    this.#note({ id, kind, version, record: this.#brackets.record, isItem: false });
    this.#lastEnd = end;
  }

  #note(mention: Mention): void {
    this.#mentions.push({ ...mention, column: this.#namesAbove.column });
  }

  /** What stands right before an ID, or before the first of an enumeration. */
  #ownContext(start: number): IdContext {
    const context = nameBefore(this.#text, start, this.#floor);
    const last = this.#mentions.at(-1);
    if (!last || last.isItem) return context;
    const isNext = enumeration.test(this.#text.slice(this.#lastEnd, start));
    return isNext ? { kind: last.kind } : context;
  }

  /** `v1:task_…`: an ID of whatever kind, as the version before it says. @returns where it ends */
  #readVersioned(start: number): number | undefined {
    versionedId.lastIndex = start;
    const [, version, id = ''] = versionedId.exec(this.#text) ?? [];
    if (version === undefined) return undefined;
    // What the version says of a UUID is read with the UUID; a word of its own it is not.
    if (uuidsIn(id).length > 0) return start + version.length;
    this.#note({ id, kind: 'task', version, record: this.#brackets.record, isItem: true });
    return versionedId.lastIndex;
  }

  /** Without an ellipsis or a hyphen after its first eight digits, a word is likelier to be anything else. */
  #noteBroken(word: string, end: number): void {
    const isElided = this.#text[end] === '…' || this.#text.startsWith('...', end);
    if (!isElided && word[8] !== '-') return;
    if (this.#broken.size < maxRefusals && isBrokenUuid(word, isElided))
      this.#broken.add(word.toLowerCase());
  }

  /** @returns where the link ends */
  #readLink(start: number): number {
    const text = this.#text;
    linkEnd.lastIndex = start;
    const end = linkEnd.exec(text)?.index ?? text.length;
    const link = text
      .slice(start, Math.min(end, start + maxLinkLength))
      .replace(/[.!?:]{1,8}$/u, '');
    this.#hasUuid ||= uuidsIn(link).length > 0;
    const read = readLink(link);
    if ('why' in read) {
      if (this.#refusedLinks.length < maxRefusals) this.#refusedLinks.push(read);
    } else
      // Whether there are words is known at the line's end.
      for (const { id, kind, version, region } of read)
        this.#note({ id, kind, version, region, record: this.#brackets.record, isItem: true });
    this.#lastEnd = end;
    return end;
  }

  /** @returns where the next line's first sign stands */
  #endLine(end: number): number {
    this.#nameLine(end);
    const lastSign = this.#text.slice(this.#lineStart, end).trimEnd().at(-1) ?? '';
    this.#lineStart = end + 1;
    this.#lineHasWords = false;
    this.#lineHasTopWords = false;
    this.#firstOfLine = this.#mentions.length;
    const indent = indentAt(this.#text, this.#lineStart);
    const start = this.#lineStart + indent;
    const isBlank = this.#text[start] === '\n';
    this.#namesAbove.startLine(start, indent, isBlank);
    const isWithin =
      this.#brackets.depth > 0 &&
      (isBlank || goesOnAfter.has(lastSign) || closing.has(this.#text.charAt(start)));
    // A line that stands further in than the first of a record belongs to it, and so does one that a bracket holds. A
    // bracket that a log cut off does not swallow all that follows.
    if (!isWithin && (isBlank || indent <= this.#recordIndent)) {
      this.#recordIndent = indent;
      this.#brackets.reset();
    }
    return start;
  }

  #nameLine(end: number): void {
    const mentions = this.#mentions.slice(this.#firstOfLine);
    for (const mention of mentions) if (mention.isItem) mention.isItem = !this.#lineHasWords;
    const hasWords = this.#lineHasWords;
    this.#namesAbove.endLine({ start: this.#lineStart, end, mentions, hasWords });
  }
}

/** A UUID that begins a mail address or a host's name is part of that. */
function isOfHost(text: string, end: number): boolean {
  return /^(?:@|\.[a-z0-9-]+\.[a-z0-9])/iu.test(text.slice(end, end + 64));
}

/** What ends a link: blanks, quotes, brackets of text around it, and what parts the items of a list. */
const linkEnd = /[\s"'<>|`\\^{}()[\],;]/gu;
const goesOnAfter = new Set(',:[{(');
const closing = new Set(']})');
const enumeration = /^["'`]?(?:, ?|,? (?:and|&) )["'`]?$/u;
const versionedId =
  /(?<![\w/.:-])(v\d)[/:]((?!bu_)(?=\d*[A-Za-z_-])(?=[A-Za-z_-]*\d)[A-Za-z0-9][A-Za-z0-9_-]{0,127})(?![\w/:-])/uy;
