import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { linkPlace } from '../../core/text/outputLinks';
import { manyLines, oneLine } from '../../core/text/plainText';
import type { ViewText } from '../../core/details/detailsView';
import { LinkedText, OutputLink, CutNote, MoreButton } from './longText';
import { readMarkdown, type MarkdownNode } from './markdown';
import { useOpen } from '../parts/vscodeApi';
import { shorten } from '../../core/text/shorten';

interface MarkdownProps {
  readonly text: ViewText;
  /** Links of the output that may be opened. */
  readonly links: readonly string[];
}

/** In UTF-16 units of text; longer outputs are shown in part at first. */
const shortLength = 1500;

/** An output in Markdown, as its writer meant it: the elements of an allow-list, text, and checked links. */
export function Markdown({ text, links }: MarkdownProps) {
  const { blocks, isCut } = useMemo(() => readMarkdown(manyLines(text.text)), [text.text]);
  const [isOpen, setOpen] = useOpen('text/output');
  const beginning = useMemo(() => beginningOf(blocks), [blocks]);
  const isLong = beginning.length < blocks.length;
  const shown = isOpen ? blocks : beginning;
  const levels = useMemo(() => headingLevels(blocks), [blocks]);
  return (
    <div class="long-text">
      <div id="text-output" class="markdown" dir="auto">
        <Nodes nodes={shown} links={links} levels={levels} />
      </div>
      {isLong && <MoreButton controls="text-output" isOpen={isOpen} setOpen={setOpen} />}
      {(text.isCut || isCut) && (isOpen || !isLong) && <CutNote name="output" />}
    </div>
  );
}

function beginningOf(blocks: readonly MarkdownNode[]): readonly MarkdownNode[] {
  let length = 0;
  const end = blocks.findIndex((block) => {
    length += lengthOf(block);
    return length > shortLength;
  });
  // A single block that is long stays whole; a few lines too many are no reason for a press.
  return end === -1 ? blocks : blocks.slice(0, Math.max(1, end));
}

function lengthOf(node: MarkdownNode): number {
  if (node.kind === 'text' || node.kind === 'code') return node.text.length;
  const inner = node.children.reduce((sum, child) => sum + lengthOf(child), 0);
  return node.kind === 'element' ? inner + 20 : inner;
}

type Levels = ReadonlyMap<MarkdownNode, 3 | 4 | 5 | 6>;

/** Headings lie below the section's own, none more than one level deeper than the one before. */
function headingLevels(blocks: readonly MarkdownNode[]): Levels {
  const levels = new Map<MarkdownNode, 3 | 4 | 5 | 6>();
  let before = 2;
  const visit = (nodes: readonly MarkdownNode[]): void => {
    for (const node of nodes) {
      if (node.kind !== 'element') continue;
      const own = /^h([1-6])$/u.exec(node.tag)?.[1];
      if (own !== undefined) {
        before = Math.min(Number(own) + 2, before + 1, 6);
        levels.set(node, toLevel(before));
      } else visit(node.children);
    }
  };
  visit(blocks);
  return levels;
}

function toLevel(level: number): 3 | 4 | 5 | 6 {
  return level <= 3 ? 3 : level === 4 ? 4 : level === 5 ? 5 : 6;
}

interface NodesProps {
  readonly nodes: readonly MarkdownNode[];
  readonly links: readonly string[];
  readonly levels: Levels;
}

function Nodes({ nodes, ...rest }: NodesProps) {
  return (
    <>
      {nodes.map((node, index) => (
        <Node key={index} node={node} {...rest} />
      ))}
    </>
  );
}

function Node({ node, ...rest }: { readonly node: MarkdownNode } & Omit<NodesProps, 'nodes'>) {
  switch (node.kind) {
    case 'text':
      return <LinkedText text={node.text} links={rest.links} />;
    case 'code':
      return node.isBlock ? (
        <pre tabIndex={0}>
          <code>{node.text}</code>
        </pre>
      ) : (
        <code>{node.text}</code>
      );
    case 'link':
      return (
        <MarkdownLink address={node.address} links={rest.links}>
          {node.children.length === 0 ? (
            shorten(oneLine(node.address), 100)
          ) : (
            // Links do not lie in links: addresses in here are text.
            <Nodes nodes={node.children} links={[]} levels={rest.levels} />
          )}
        </MarkdownLink>
      );
    case 'element':
      return <Element node={node} {...rest} />;
  }
}

/** What may not be opened is text, with where it would have led. */
function MarkdownLink({
  address,
  links,
  children,
}: {
  readonly address: string;
  readonly links: readonly string[];
  readonly children: ComponentChildren;
}) {
  const link = linkPlace(address, links);
  if (link) return <OutputLink link={link}>{children}</OutputLink>;
  return (
    <>
      {children} <span class="dead-address">({shorten(oneLine(address), 100)})</span>
    </>
  );
}

function Element({
  node,
  ...rest
}: { readonly node: MarkdownNode & { readonly kind: 'element' } } & Omit<NodesProps, 'nodes'>) {
  const { tag: Tag, start } = node;
  const children = node.children.length > 0 && <Nodes nodes={node.children} {...rest} />;
  switch (Tag) {
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6': {
      const Heading = `h${rest.levels.get(node) ?? 6}` as const;
      return <Heading class={`like-${Tag}`}>{children}</Heading>;
    }
    case 'br':
    case 'hr':
      return <Tag />;
    case 'ol':
      return <ol start={start}>{children}</ol>;
    case 'table':
      return (
        <div class="table" tabIndex={0} role="region" aria-label="Table">
          <table>{children}</table>
        </div>
      );
    default:
      return <Tag>{children}</Tag>;
  }
}
