import MarkdownIt, { type Token } from 'markdown-it';

/** What a page may make of Markdown: a few elements without attributes, text, code and links. */
export type MarkdownNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string; readonly isBlock: boolean }
  | { readonly kind: 'link'; readonly address: string; readonly children: readonly MarkdownNode[] }
  | {
      readonly kind: 'element';
      readonly tag: MarkdownTag;
      readonly children: readonly MarkdownNode[];
      /** Of an ordered list: its first number, where that is not 1. */
      readonly start?: number | undefined;
    };

const tags = [
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'li',
  'blockquote',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'strong',
  'em',
  's',
  'br',
  'hr',
] as const;
export type MarkdownTag = (typeof tags)[number];

/** More than these, in pieces of Markdown, and the rest is left away. */
const mostTokens = 8000;
/** In UTF-16 units. What is made to keep a parser busy does so for no longer than this takes. */
export const longestMarkdown = 50_000;

// No HTML; links are checked where they are drawn. Its own limits keep hostile nesting flat.
const parser = new MarkdownIt('default', { html: false, linkify: false, maxNesting: 24 });
// An address that this would let pass is text all the same unless it is one of the output's links.
parser.validateLink = () => true;

/**
 * Reads Markdown. HTML in it is text; a picture is a link to it, named by its description.
 * @returns the blocks of the text, and whether some of it was left away
 */
export function readMarkdown(text: string): {
  readonly blocks: readonly MarkdownNode[];
  readonly isCut: boolean;
} {
  const tokens = parser.parse(text.slice(0, longestMarkdown), {});
  const builder = new Builder();
  const isWhole = builder.add(tokens);
  return { blocks: builder.end(), isCut: !isWhole || text.length > longestMarkdown };
}

interface OpenNode {
  readonly children: MarkdownNode[];
  readonly close: (children: readonly MarkdownNode[]) => MarkdownNode;
}

/** Makes a tree of the parser's flat list. */
class Builder {
  readonly #root: MarkdownNode[] = [];
  readonly #open: OpenNode[] = [];
  #count = 0;

  /** @returns false where there was too much */
  add(tokens: readonly Token[]): boolean {
    for (const token of tokens) {
      if (this.#count++ > mostTokens) return false;
      if (token.children && token.type === 'inline') {
        if (!this.add(token.children)) return false;
      } else this.#take(token);
    }
    return true;
  }

  end(): readonly MarkdownNode[] {
    while (this.#open.length > 0) this.#close();
    return this.#root;
  }

  #take(token: Token): void {
    // A tight list's paragraphs are there, but not to be seen.
    if (token.hidden) return;
    if (token.nesting === 1) this.#begin(token);
    else if (token.nesting === -1) this.#close();
    else this.#put(leafOf(token));
  }

  #begin(token: Token): void {
    if (token.type === 'link_open') {
      const address = String(token.attrGet('href') ?? '');
      this.#open.push({ children: [], close: (children) => ({ kind: 'link', address, children }) });
      return;
    }
    // What is not on the list keeps its contents, as a paragraph.
    const tag = tags.find((known) => known === token.tag) ?? 'p';
    const start = tag === 'ol' ? Number(token.attrGet('start') ?? 1) : 1;
    this.#open.push({
      children: [],
      close: (children) => ({
        kind: 'element',
        tag,
        children,
        start: start === 1 ? undefined : start,
      }),
    });
  }

  #close(): void {
    const node = this.#open.pop();
    if (node) this.#put(node.close(node.children));
  }

  #put(node: MarkdownNode): void {
    (this.#open.at(-1)?.children ?? this.#root).push(node);
  }
}

function leafOf(token: Token): MarkdownNode {
  switch (token.type) {
    case 'code_inline':
      return { kind: 'code', text: token.content, isBlock: false };
    case 'code_block':
    case 'fence':
      return { kind: 'code', text: token.content.replace(/\n$/u, ''), isBlock: true };
    case 'hr':
      return { kind: 'element', tag: 'hr', children: [] };
    case 'hardbreak':
      return { kind: 'element', tag: 'br', children: [] };
    case 'softbreak':
      return { kind: 'text', text: '\n' };
    case 'image': {
      const text = token.content === '' ? 'Picture' : `${token.content} (picture)`;
      return {
        kind: 'link',
        address: String(token.attrGet('src') ?? ''),
        children: [{ kind: 'text', text }],
      };
    }
    default:
      return { kind: 'text', text: token.content };
  }
}
