/** How deep a schema may lie, and how many schemas it may hold: far more than an output needs. */
const deepest = 50;
const mostSchemas = 5000;

const typeNames = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

type Problem = string | undefined;
type Check = (value: unknown, path: string, walk: Walk) => Problem;

interface Walk {
  readonly root: unknown;
  readonly depth: number;
  readonly count: { schemas: number };
}

/**
 * Why a value is no JSON schema for an output, as a sentence that says where; `undefined` where it is one.
 * Keywords that are not known are left alone, as JSON Schema has it.
 */
export function schemaProblem(schema: unknown): string | undefined {
  if (!isObject(schema)) return 'The schema is not a JSON object.';
  const hasKeyword = Object.keys(schema).some((name) => checks.has(name));
  if (!hasKeyword) return 'This is JSON, but no schema: it has no `type` and no `properties`.';
  return checkSchema(schema, '', { root: schema, depth: 0, count: { schemas: 0 } });
}

const schemaMap: Check = (value, path, walk) => {
  if (!isObject(value)) return `${named(path)} must be an object of schemas.`;
  for (const [name, each] of Object.entries(value)) {
    const problem = checkSchema(each, `${path}/${name}`, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const schemaList: Check = (value, path, walk) => {
  if (!Array.isArray(value) || value.length === 0)
    return `${named(path)} must be a list of schemas with at least one.`;
  for (const [index, each] of value.entries()) {
    const problem = checkSchema(each, `${path}/${index}`, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const schemaOrList: Check = (value, path, walk) =>
  Array.isArray(value) ? schemaList(value, path, walk) : checkSchema(value, path, walk);

/** @param what what such a value is, as in "must be …" */
const must =
  (isGood: (value: unknown) => boolean, what: string): Check =>
  (value, path) =>
    isGood(value) ? undefined : `${named(path)} must be ${what}.`;

const text = must((value) => typeof value === 'string', 'a text');
const number = must((value) => typeof value === 'number', 'a number');
const aboveZero = must((value) => typeof value === 'number' && value > 0, 'above 0');
const flag = must((value) => typeof value === 'boolean', 'true or false');
const count = must(
  (value) => Number.isInteger(value) && (value as number) >= 0,
  'a whole number from 0 up',
);
const names = must(
  (value) => isUniqueList(value) && value.every((each) => typeof each === 'string'),
  'a list of names, each once',
);
const types = must(
  (value) => {
    const given = Array.isArray(value) ? value : [value];
    return (
      isUniqueList(given) &&
      given.length > 0 &&
      given.every((each) => typeNames.some((name) => name === each))
    );
  },
  `${typeNames.join(', ')}, or a list of these`,
);
const values = must(
  (value) => Array.isArray(value) && value.length > 0,
  'a list with at least one value',
);

const pattern: Check = (value, path) => {
  if (typeof value !== 'string') return `${named(path)} must be a text.`;
  try {
    // Not by its flag `u`, which refuses `\-`, as many schemas have it.
    RegExp(value);
    return undefined;
  } catch {
    return `${named(path)} is no regular expression.`;
  }
};

const reference: Check = (value, path, { root }) => {
  if (typeof value !== 'string') return `${named(path)} must be a text.`;
  if (!value.startsWith('#'))
    return `${named(path)} leads to another file, which the cloud cannot read. Put what it names under $defs.`;
  return leadsSomewhere(value, root) ? undefined : `${named(path)} leads nowhere: ${value}`;
};

/** The keywords that a validator would refuse where they are written wrong. */
const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', types],
  ['properties', schemaMap],
  ['patternProperties', schemaMap],
  ['additionalProperties', checkSchema],
  ['propertyNames', checkSchema],
  ['required', names],
  ['items', schemaOrList],
  ['prefixItems', schemaList],
  ['additionalItems', checkSchema],
  ['contains', checkSchema],
  ['enum', values],
  ['allOf', schemaList],
  ['anyOf', schemaList],
  ['oneOf', schemaList],
  ['not', checkSchema],
  ['if', checkSchema],
  ['then', checkSchema],
  ['else', checkSchema],
  ['definitions', schemaMap],
  ['$defs', schemaMap],
  ['$ref', reference],
  ['title', text],
  ['description', text],
  ['format', text],
  ['pattern', pattern],
  ['minimum', number],
  ['maximum', number],
  ['exclusiveMinimum', number],
  ['exclusiveMaximum', number],
  ['multipleOf', aboveZero],
  ['minLength', count],
  ['maxLength', count],
  ['minItems', count],
  ['maxItems', count],
  ['minProperties', count],
  ['maxProperties', count],
  ['uniqueItems', flag],
]);

function checkSchema(value: unknown, path: string, walk: Walk): Problem {
  if (typeof value === 'boolean') return undefined;
  if (!isObject(value)) return `${named(path)} must be a schema: an object, true or false.`;
  walk.count.schemas++;
  if (walk.depth > deepest || walk.count.schemas > mostSchemas)
    return 'The schema is too large or too deep for an output.';
  const inner = { ...walk, depth: walk.depth + 1 };
  for (const [name, each] of Object.entries(value)) {
    const problem = checks.get(name)?.(each, `${path}/${name}`, inner);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** @see RFC 6901, for what follows the `#` */
function leadsSomewhere(reference: string, root: unknown): boolean {
  // The whole schema, or an anchor, which a schema names by itself.
  if (!reference.startsWith('#/')) return true;
  let at: unknown = root;
  for (const piece of reference.slice(2).split('/')) {
    const name = decoded(piece).replaceAll('~1', '/').replaceAll('~0', '~');
    if (!Object.hasOwn(at ?? {}, name)) return false;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return true;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function named(path: string): string {
  return `“${path.slice(1).replaceAll('/', ' › ')}”`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list that has nothing twice. */
function isUniqueList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && new Set(value).size === value.length;
}
