/** An action of an agent in words. */
export interface ReadableAction {
  /** What was done: "click element by index". */
  readonly name: string;
  /** With what, in the order in which it came; values as text. */
  readonly details: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Makes the JSON of a step's action readable: `{"click":{"index":3}}` is "click", with "index" 3.
 * An object may name several actions; those that are null did not happen.
 * @returns `undefined` for text that is no such JSON: show it as it is
 */
export function readableActions(text: string): readonly ReadableAction[] | undefined {
  const parsed = parseObject(text);
  if (!parsed) return undefined;
  const actions = Object.entries(parsed)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ name: words(name), details: detailsOf(value, words(name)) }));
  return actions.length > 0 ? actions : undefined;
}

/** "go to url · url https://…" says the same twice: such a detail needs no name. */
function detailsOf(value: unknown, action: string): ReadableAction['details'] {
  if (value === null || typeof value !== 'object') return [{ name: '', value: textOf(value) }];
  if (Array.isArray(value)) return value.length === 0 ? [] : [{ name: '', value: textOf(value) }];
  return Object.entries(value)
    .filter(([, detail]) => detail !== null && detail !== '')
    .map(([name, detail]) => ({
      name: action.endsWith(words(name)) ? '' : words(name),
      value: textOf(detail),
    }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** "go_to_url" and "goToUrl" are both "go to url". */
function words(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/gu, '$1 $2').replace(/[_-]+/gu, ' ');
  return spaced.trim().toLowerCase() || name;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return parsed as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
