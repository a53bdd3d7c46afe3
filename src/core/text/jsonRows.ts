import { decodeJsonString, isContainer, type JsonContainer, type JsonNode } from './jsonTree';
import { shorten } from './shorten';

/** A row of a JSON tree as a page draws it. */
export interface JsonRow {
  /** Where the value stands: positions from the root on, as "0.3"; the root's is empty. */
  readonly path: string;
  /** From 1, the level right below the root. */
  readonly level: number;
  /** From 1, among the entries of its container. */
  readonly place: number;
  /** How many entries its container has. */
  readonly siblings: number;
  readonly name: string | undefined;
  readonly node: JsonNode;
  /** Of a container with entries: whether its rows follow. */
  readonly isOpen: boolean;
  /** Set on a row that stands for entries that are not shown yet: how many. */
  readonly more?: number | undefined;
}

export interface JsonRowsOptions {
  /** What the reader has opened and closed, by path. Of everything else a small tree's first levels are open. */
  readonly opened: ReadonlyMap<string, boolean>;
  /** How many entries of a container are shown, by path, where the reader wanted more. */
  readonly shown: ReadonlyMap<string, number>;
}

/** So many entries of a container are shown until the reader wants more. */
export const entriesAtFirst = 50;

/** The rows of a tree that are in sight, in their order. The root itself is none. */
export function jsonRows(
  root: JsonContainer,
  { opened, shown }: JsonRowsOptions,
): readonly JsonRow[] {
  const rows: JsonRow[] = [];
  const openLevels = levelsAtFirst(root);
  const open: { readonly node: JsonContainer; readonly path: string; next: number }[] = [
    { node: root, path: '', next: 0 },
  ];
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const { node, path } = top;
    const place = top.next++;
    const entry = node.entries[place];
    const isBeyond = place >= (shown.get(path) ?? entriesAtFirst);
    const common = { level: open.length, siblings: node.entries.length, place: place + 1 };
    if (!entry) open.pop();
    else if (isBeyond) {
      const more = node.entries.length - place;
      rows.push({ ...common, path: `${path}+`, name: undefined, node, isOpen: false, more });
      open.pop();
    } else {
      const { rawName, node: inner } = entry;
      const name = rawName === undefined ? String(place) : decodeJsonString(rawName);
      const innerPath = path === '' ? String(place) : `${path}.${place}`;
      const isOpen = isFoldable(inner) && (opened.get(innerPath) ?? open.length <= openLevels);
      rows.push({ ...common, path: innerPath, name, node: inner, isOpen });
      if (isOpen && isContainer(inner)) open.push({ node: inner, path: innerPath, next: 0 });
    }
  }
  return rows;
}

/** Whether there is something in a value to be opened. */
export function isFoldable(node: JsonNode): boolean {
  return isContainer(node) && node.entries.length > 0;
}

/** How much a container holds, in its own brackets: "{3}", "[12 or more]" where it is cut. */
export function containerLabel(node: JsonContainer): string {
  const count = node.entries.length;
  const more = node.isCut ? ' or more' : '';
  if (count === 0) return node.kind === 'object' ? `{}${more}` : `[]${more}`;
  return node.kind === 'object' ? `{${count}${more}}` : `[${count}${more}]`;
}

/** The first simple values of a container, for the row that stands for all of it. At most `maxLength` UTF-16 units or so. */
export function containerPreview(node: JsonContainer, maxLength: number): string {
  const parts: string[] = [];
  let length = 0;
  for (const { rawName, node: inner } of node.entries.slice(0, 8)) {
    if (isContainer(inner)) continue;
    const short = shorten(decodeJsonString(inner.raw), 40);
    const part =
      rawName === undefined ? short : `${shorten(decodeJsonString(rawName), 40)}: ${short}`;
    if (length + part.length > maxLength) break;
    length += part.length;
    parts.push(part);
  }
  return parts.join(', ');
}

/** @returns how many levels are open at first: the more, the smaller a tree is */
function levelsAtFirst(root: JsonContainer): number {
  const inner = root.entries.reduce(
    (sum, { node }) => sum + (isContainer(node) ? node.entries.length : 0),
    root.entries.length,
  );
  if (inner > 40) return 0;
  return inner > 20 ? 1 : 2;
}
