import {
  decodeJsonString,
  isContainer,
  nodeText,
  readObject,
  type JsonNode,
} from '../../core/text/jsonTree';

/** An action of an agent, readable. */
export interface ReadableAction {
  /** What was done: "click element by index". */
  readonly name: string;
  /** With what, in the order in which it came; values as text. */
  readonly details: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Makes the JSON of a step's action readable: `{"click":{"index":3}}` is "click", with "index" 3.
 * An object may name several actions; those that are null did not happen.
 * @param shown texts that stand beside the action already: details with a name that say only these are left out
 * @returns `undefined` for text that is no such JSON: show it as it is
 */
export function readableActions(
  text: string,
  shown: readonly string[] = [],
): readonly ReadableAction[] | undefined {
  const actions = readObject(text)
    ?.filter(([, value]) => value.kind !== 'null')
    .map(([name, value]) => ({
      name: spacedName(name),
      details: detailsOf(value, spacedName(name)).filter(
        (detail) => detail.name === '' || !shown.includes(detail.value),
      ),
    }));
  return actions && actions.length > 0 ? actions : undefined;
}

/** "go to url · url https://…" says the same twice: such a detail needs no name. */
function detailsOf(value: JsonNode, action: string): ReadableAction['details'] {
  if (isContainer(value) && value.entries.length === 0) return [];
  if (value.kind !== 'object') return [{ name: '', value: nodeText(value) }];
  return value.entries
    .map(({ rawName = '""', node }) => ({ name: spacedName(decodeJsonString(rawName)), node }))
    .filter(({ node }) => node.kind !== 'null' && nodeText(node) !== '')
    .map(({ name, node }) => ({ name: action.endsWith(name) ? '' : name, value: nodeText(node) }));
}

/** The judge's report, as far as it could be read. */
export interface Judgement {
  readonly verdict?: boolean | undefined;
  readonly reasoning?: string | undefined;
  /** Why the goal was not reached, as the judge wrote it. */
  readonly failureReason?: string | undefined;
  /** Every other field of the report, its name readable. */
  readonly others: readonly { readonly name: string; readonly value: string }[];
}

/** Reads the judge's report. @returns `undefined` for text that is no JSON object: show it as it is */
export function parseJudgement(text: string): Judgement | undefined {
  const entries = readObject(text);
  if (!entries) return undefined;
  // Of a name that comes twice, the last counts.
  const fields = new Map(entries);
  const verdict = fields.get('verdict');
  const failureReason = fields.get('failure_reason');
  const isNull = failureReason === undefined || failureReason.kind === 'null';
  return {
    verdict: verdict?.kind === 'boolean' ? verdict.raw === 'true' : undefined,
    reasoning: textOf(fields.get('reasoning')),
    failureReason: textOf(isNull ? fields.get('failureReason') : failureReason),
    others: [...fields]
      .filter(([name]) => !known.has(name))
      .map(([name, value]) => ({ name: labelOf(name), value: textOf(value) ?? '' }))
      .filter(({ value }) => value !== ''),
  };
}

const known: ReadonlySet<string> = new Set([
  'verdict',
  'reasoning',
  'failure_reason',
  'failureReason',
]);

function textOf(value: JsonNode | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'boolean') return value.raw === 'true' ? 'Yes' : 'No';
  return nodeText(value) || undefined;
}

function labelOf(name: string): string {
  const words = spacedName(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A name of JSON as words: "go_to_url" and "goToUrl" are both "go to url". */
function spacedName(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/gu, '$1 $2').replace(/[_-]+/gu, ' ');
  return spaced.trim().toLowerCase() || name;
}
