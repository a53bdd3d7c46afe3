import { nameBefore, type NamedKind } from './idNames';

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
