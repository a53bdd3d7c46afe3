import * as fs from 'node:fs';
import * as path from 'node:path';
import { edgesOf, rules, type SourceFile } from './importRules';

const begin = '<!-- house:begin -->';
const end = '<!-- house:end -->';
const document = 'CONTRIBUTING.md';

/** Draws the house into CONTRIBUTING.md, between its two marks. */
export function drawHouse(projectFolder: string, files: readonly SourceFile[]): void {
  const file = path.join(projectFolder, document);
  fs.writeFileSync(file, withPicture(fs.readFileSync(file, 'utf8'), files));
}

/** What is wrong with the picture in CONTRIBUTING.md: empty where it shows the imports as they are. */
export function pictureFaults(projectFolder: string, files: readonly SourceFile[]): string[] {
  const text = fs.readFileSync(path.join(projectFolder, document), 'utf8');
  if (!text.includes(begin) || !text.includes(end))
    return [`${document}: needs the lines ${begin} and ${end} around the picture of the house`];
  if (withPicture(text, files) === text) return [];
  return [`${document}: the picture of the house is older than the imports; run "npm run house"`];
}

function withPicture(text: string, files: readonly SourceFile[]): string {
  const [before = '', rest = ''] = text.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n\n\`\`\`mermaid\n${pictureOf(files)}\n\`\`\`\n\n${end}${after}`;
}

/**
 * The parts and their rooms as Mermaid. An arrow is an import: between parts each, within a part those that no other way of
 * arrows implies.
 */
export function pictureOf(files: readonly SourceFile[]): string {
  const edges = edgesOf(files).map(({ from, to }) => ({ from: nodeOf(from), to: nodeOf(to) }));
  const parts = Object.entries(rules).filter(([, { floors }]) => floors);
  const boxes = parts.flatMap(([part, { floors = [] }]) => {
    const rooms = floors
      .flat()
      .map((room) => nodeOf({ part, room }))
      .filter((node) => edges.some(({ from, to }) => from === node || to === node));
    return [
      `  subgraph ${part}`,
      ...rooms.toReversed().map((node) => `    ${node}["${node.split('_')[1] ?? ''}"]`),
      '  end',
    ];
  });
  const isWithin = ({ from, to }: Edge): boolean => partIn(from) === partIn(to);
  const within = unique(edges.filter((edge) => isWithin(edge) && edge.from !== edge.to));
  const between = unique(
    edges
      .filter((edge) => !isWithin(edge))
      .map(({ from, to }) => ({ from: partIn(from), to: partIn(to) })),
  );
  const arrows = [...between, ...withoutImplied(within)].map(
    ({ from, to }) => `  ${from} --> ${to}`,
  );
  return ['flowchart TD', ...boxes, ...arrows].join('\n');
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

function nodeOf({ part, room }: { readonly part: string; readonly room: string }): string {
  if (!rules[part as keyof typeof rules].floors) return part;
  return `${part}_${room === '.' ? 'shared' : room}`;
}

function partIn(node: string): string {
  return node.split('_')[0] ?? node;
}

function unique(edges: readonly Edge[]): Edge[] {
  const byName = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge]));
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
}

/** Leaves out an arrow where others lead the same way. It ends also where arrows make a circle: that is for the rules to name. */
function withoutImplied(edges: readonly Edge[]): Edge[] {
  return edges.filter((left) => {
    const reached = new Set([left.from]);
    // A set hands out what is added while it is walked through.
    for (const node of reached)
      for (const edge of edges) if (edge !== left && edge.from === node) reached.add(edge.to);
    return !reached.has(left.to);
  });
}
