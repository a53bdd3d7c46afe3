import { nameBefore, type IdContext, type NamedKind } from './idNames';

/** What is one thing in a text: a line of a log, an object of a list, a row of a table. */
export interface PastedRecord {
  /** The record that this one lies in. */
  readonly parent: PastedRecord | undefined;
  /** Whether it names a task, which is for the reader of its mentions to find out. False at first. */
  hasTask: boolean;
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

/** Nobody nests deeper; a hostile text might. */
const maxDepth = 64;

/** The brackets that are open where a text is read: what they are called names what stands in them. */
export class OpenBrackets {
  readonly #text: string;
  #outermost = outermostFrame();
  /** From the outermost to the innermost. */
  #frames: Frame[] = [this.#outermost];
  /** Brackets that are open beyond the deepest frame. */
  #depthBeyond = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** How many are open; 0 outside all. */
  get depth(): number {
    return this.#frames.length - 1;
  }

  /** Where the text within the innermost begins. */
  get start(): number {
    return this.#innermost.start;
  }

  /** The innermost object of a list, else the line. */
  get record(): PastedRecord {
    return this.#recordAt(this.depth);
  }

  /**
   * @param floor nothing before it names the bracket
   * @param isAfterWords whether there are words before it in its line, outside all brackets
   */
  open(at: number, floor: number, isAfterWords: boolean): void {
    if (this.depth >= maxDepth) {
      this.#depthBeyond++;
      return;
    }
    const opener = this.#text[at] ?? '';
    this.#frames.push({
      opener,
      start: at + 1,
      floor: Math.max(floor, this.start),
      isElement:
        this.#innermost.opener === '[' || (this.depth === 0 && opener === '{' && !isAfterWords),
      record: undefined,
      context: undefined,
    });
  }

  close(): void {
    if (this.#depthBeyond > 0) this.#depthBeyond--;
    else if (this.depth > 0) this.#frames.pop();
  }

  /** A new record begins, outside all brackets. */
  reset(): void {
    this.#depthBeyond = 0;
    this.#outermost = outermostFrame();
    this.#frames = [this.#outermost];
  }

  /** What an ID is, and of which record, by what stands right before it and else by what the brackets around it are called. */
  nameOf(own: IdContext): { readonly kind: NamedKind; readonly record: PastedRecord } {
    let { kind } = own;
    let { depth } = this;
    for (; kind === 'open' && depth > 0; depth--) ({ kind } = this.#contextOf(depth));
    // An "id" belongs to the innermost bracket, whatever that is called.
    return { kind, record: own.isNamed === true ? this.record : this.#recordAt(depth) };
  }

  get #innermost(): Frame {
    return this.#frames.at(-1) ?? this.#outermost;
  }

  #contextOf(depth: number): IdContext {
    const frame = this.#frames[depth];
    if (!frame) return { kind: 'open' };
    frame.context ??= nameBefore(this.#text, frame.start - 1, frame.floor);
    return frame.context;
  }

  /** The record that a name at this depth belongs to. */
  #recordAt(depth: number): PastedRecord {
    let record = (this.#outermost.record ??= { parent: undefined, hasTask: false });
    for (let at = 1; at <= depth; at++) {
      const frame = this.#frames[at];
      if (frame?.isElement === true) record = frame.record ??= { parent: record, hasTask: false };
    }
    return record;
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
