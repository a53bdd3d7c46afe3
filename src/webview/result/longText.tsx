import type { ComponentChildren } from 'preact';
import type { ViewText } from '../../core/details/detailsView';
import { textPieces, type TextPiece } from '../../core/text/outputLinks';
import { manyLines, oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';
import { send, useOpen } from '../parts/vscodeApi';
import type { TextPart } from '../protocol';

/** Longer texts are shown in part at first. */
const shortLines = 16;
const shortLength = 1200;

interface LongTextProps {
  /** Names the text in the page's memory. */
  readonly name: TextPart;
  readonly text: ViewText;
  /** Links that may be opened from it. */
  readonly links?: readonly string[];
  readonly isCode?: boolean;
}

const noLinks: readonly string[] = [];

/** Untrusted text of many lines: its beginning, and all of it at a press. */
export function LongText({ name, text, links = noLinks, isCode }: LongTextProps) {
  const [isOpen, setOpen] = useOpen(`text/${name}`);
  const lines = manyLines(text.text);
  const isLong =
    lines.length > shortLength || lines.split('\n', shortLines + 1).length > shortLines;
  const isClipped = isLong && !isOpen;
  const id = `text-${name}`;
  return (
    <div class="long-text">
      <div id={id} class={`text ${isCode ? 'code' : ''} ${isClipped ? 'clipped' : ''}`} dir="auto">
        <LinkedText text={isClipped ? beginningOf(lines) : lines} links={links} />
      </div>
      {isLong && <MoreButton controls={id} isOpen={isOpen} setOpen={setOpen} />}
      {text.isCut && !isClipped && <CutNote name={name} />}
    </div>
  );
}

/** What is clipped away is not laid out either: megabytes in one word would cost seconds. */
function beginningOf(lines: string): string {
  return lines
    .split('\n', shortLines)
    .join('\n')
    .slice(0, shortLength * 2);
}

interface MoreButtonProps {
  /** The element that holds the text, by its ID. */
  readonly controls: string;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
}

/** Shows all of a text, or its beginning alone again. */
export function MoreButton({ controls, isOpen, setOpen }: MoreButtonProps) {
  return (
    <button
      type="button"
      class="link"
      aria-expanded={isOpen}
      aria-controls={controls}
      onClick={() => setOpen(!isOpen)}
    >
      {isOpen ? 'Show less' : 'Show more'}
    </button>
  );
}

/** That a text goes on, and where. */
export function CutNote({ name }: { readonly name: TextPart }) {
  return (
    <p class="note">
      This is only the beginning.{' '}
      <button
        type="button"
        class="link"
        onClick={() => send({ type: 'openText', part: name, index: 0 })}
      >
        Open all of it in an editor
      </button>
    </p>
  );
}

/** A text of an output with its links. */
export function LinkedText({
  text,
  links,
}: {
  readonly text: string;
  /** What `outputLinks` makes of the whole output. */
  readonly links: readonly string[];
}) {
  return (
    <>
      {textPieces(text, links).map(({ text: piece, link }, index) =>
        link ? (
          <OutputLink key={index} link={link}>
            {piece}
          </OutputLink>
        ) : (
          piece
        ),
      )}
    </>
  );
}

/** Asks the extension to open a link of the output, by its place. Its address is shown on hover. */
export function OutputLink({
  link: { url, index },
  isStop = true,
  children,
}: {
  readonly link: NonNullable<TextPiece['link']>;
  /** False inside of something that has keys of its own. */
  readonly isStop?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      class="link"
      title={shorten(oneLine(url), 2000)}
      tabIndex={isStop ? 0 : -1}
      onClick={() => send({ type: 'openLink', link: 'output', index })}
    >
      {children}
    </button>
  );
}
