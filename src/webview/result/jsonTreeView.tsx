import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  containerPreview,
  containerLabel,
  entriesAtFirst,
  isFoldable,
  jsonRows,
  type JsonRow,
} from '../../core/text/jsonRows';
import {
  decodeJsonString,
  isContainer,
  type JsonContainer,
  type JsonLeaf,
} from '../../core/text/jsonTree';
import { linkPlace } from '../../core/text/outputLinks';
import { manyLines, oneLine } from '../../core/text/plainText';
import { columnKeys, placeAfterKey } from '../parts/rovingFocus';
import { pageState, remember, send } from '../parts/vscodeApi';
import { Icon } from '../parts/icon';
import { OutputLink, CutNote } from './longText';
import { shorten } from '../../core/text/shorten';

interface JsonTreeProps {
  readonly root: JsonContainer;
  /** Links of the output that may be opened. */
  readonly links: readonly string[];
}

/** So many more entries at a press. */
const moreEntries = 200;
/** So much of what was opened and closed outlives the page. */
const mostRemembered = 500;
/** In UTF-16 units. */
const longestValue = 2000;

/** JSON as a tree that unfolds, with the keys of VS Code's own trees. */
export function JsonTree({ root, links }: JsonTreeProps) {
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(
    () => new Map(pageState().tree),
  );
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const [focusPath, setFocusPath] = useState<string>();
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => jsonRows(root, { opened, shown }), [root, opened, shown]);
  const focusAt = Math.max(
    0,
    rows.findIndex(({ path }) => path === focusPath),
  );

  const isMoved = useRef(false);
  useLayoutEffect(() => {
    if (!isMoved.current) return;
    isMoved.current = false;
    const row = tree.current?.children[focusAt];
    if (row instanceof HTMLElement) row.focus();
  });
  const moveTo = (row: JsonRow | undefined): void => {
    if (!row) return;
    isMoved.current = true;
    setFocusPath(row.path);
  };
  const fold = (row: JsonRow, isOpen: boolean): void => {
    const next = new Map(opened).set(row.path, isOpen);
    setOpened(next);
    remember({ tree: [...next].slice(-mostRemembered) });
  };
  const act = (row: JsonRow): void => {
    setFocusPath(row.path);
    if (row.more !== undefined) {
      const path = row.path.slice(0, -1);
      setShown(new Map(shown).set(path, (shown.get(path) ?? entriesAtFirst) + moreEntries));
      // The row itself goes; the first of the new ones stands in its place.
      setFocusPath(path === '' ? String(row.place - 1) : `${path}.${row.place - 1}`);
      isMoved.current = true;
    } else if (isFoldable(row.node)) fold(row, !row.isOpen);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = rows[focusAt];
    if (!row) return;
    const parent = (): JsonRow | undefined =>
      rows.slice(0, focusAt).findLast(({ level }) => level < row.level);
    const place = placeAfterKey(event, { at: focusAt, count: rows.length, keys: columnKeys });
    if (place !== undefined) moveTo(rows[place]);
    switch (event.key) {
      case 'ArrowRight':
        if (row.isOpen) moveTo(rows[focusAt + 1]);
        else if (row.more === undefined && isFoldable(row.node)) fold(row, true);
        break;
      case 'ArrowLeft':
        if (row.isOpen) fold(row, false);
        else moveTo(parent());
        break;
      case 'Enter':
      case ' ': {
        const link = linkOf(row, links);
        if (link) send({ type: 'openLink', link: 'output', index: link.index });
        else act(row);
        break;
      }
      default:
        if (place === undefined) return;
    }
    event.preventDefault();
  };

  if (rows.length === 0) return <p class="code">{containerLabel(root)}</p>;
  return (
    <>
      <div ref={tree} class="tree" role="tree" aria-label="Result" onKeyDown={onKeyDown}>
        {rows.map((row, position) => (
          <Row
            key={row.path}
            row={row}
            links={links}
            isStop={position === focusAt}
            onPress={() => act(row)}
          />
        ))}
      </div>
      {root.isCut && <CutNote name="output" />}
    </>
  );
}

function linkOf({ node, more }: JsonRow, links: readonly string[]) {
  if (more !== undefined || node.kind !== 'string' || isContainer(node)) return undefined;
  return linkPlace(decodeJsonString(node.raw), links);
}

interface RowProps {
  readonly row: JsonRow;
  readonly links: readonly string[];
  readonly isStop: boolean;
  readonly onPress: () => void;
}

function Row({ row, links, isStop, onPress }: RowProps) {
  const { node, name, level, place, siblings, isOpen, more } = row;
  const canFold = more === undefined && isFoldable(node);
  return (
    <div
      class="row"
      role="treeitem"
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-expanded={canFold ? isOpen : undefined}
      tabIndex={isStop ? 0 : -1}
      onClick={onPress}
    >
      {Array.from({ length: level - 1 }, (_, index) => (
        <span key={index} class="indent" />
      ))}
      <span class="twistie">
        {canFold && <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />}
      </span>
      {more === undefined ? (
        <span class="row-text">
          <span class="name" dir="auto">
            {shorten(oneLine(name ?? ''), 200)}
          </span>
          <span class="colon">: </span>
          {isContainer(node) ? (
            <Container node={node} isOpen={isOpen} />
          ) : (
            <Value node={node} row={row} links={links} />
          )}
        </span>
      ) : (
        <span class="row-text more-rows">{more} more…</span>
      )}
    </div>
  );
}

function Container({ node, isOpen }: { readonly node: JsonContainer; readonly isOpen: boolean }) {
  return (
    <>
      <span class="size">{containerLabel(node)}</span>
      {!isOpen && <span class="preview"> {oneLine(containerPreview(node, 120))}</span>}
    </>
  );
}

function Value({
  node,
  row,
  links,
}: {
  readonly node: JsonLeaf;
  readonly row: JsonRow;
  readonly links: readonly string[];
}) {
  if (node.kind !== 'string') return <span class={`value of-${node.kind}`}>{node.raw}</span>;
  const text = shorten(manyLines(decodeJsonString(node.raw)), longestValue);
  const link = linkOf(row, links);
  return (
    <span class="value of-string" dir="auto">
      {link ? (
        <OutputLink link={link} isStop={false}>
          {text}
        </OutputLink>
      ) : (
        `"${text}"`
      )}
      {node.isCut && '…'}
    </span>
  );
}
