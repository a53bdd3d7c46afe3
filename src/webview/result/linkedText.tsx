import type { ComponentChildren } from 'preact';
import { textPieces, type TextPiece } from '../../core/text/outputLinks';
import { send } from '../parts/vscodeApi';
import { oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';

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
