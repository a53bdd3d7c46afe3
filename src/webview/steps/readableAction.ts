import {
  decodeJsonString,
  isContainer,
  nodeText,
  readObject,
  type JsonNode,
} from '../../core/text/jsonTree';
import { spacedName } from '../parts/spacedName';

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
