import * as z from 'zod/mini';
import { parseUrl, parseWebUrl } from '../core/base/webUrl';
import { CloudError } from '../core/cloud/errors';
import { readJson } from '../core/text/jsonTree';
import type { TaskStatus } from '../core/cloud/task';

/**
 * A field that may be missing: null or a wrong type is as good as absent, as an answer must not be
 * lost for something that nobody needs. (`z.catch` does the same and is 10 KB larger, minified.)
 */
export function lenient<T extends z.core.$ZodType>(schema: T) {
  return lenientBy((value): z.output<T> | undefined => {
    const parsed = z.safeParse(schema, value);
    return parsed.success ? parsed.data : undefined;
  });
}

/** As `lenient`, for what a plain function tells at a fraction of a schema's cost: lists have a thousand such fields. */
function lenientBy<T>(read: (value: unknown) => T | undefined) {
  return z.optional(
    z.pipe(
      z.unknown(),
      z.transform((value) => (value === undefined || value === null ? undefined : read(value))),
    ),
  );
}

/** A list without the entries that don't fit. Empty where there is no list. */
export function listOf<T extends z.core.$ZodType>(entry: T) {
  return z.pipe(
    lenient(z.array(z.unknown())),
    z.transform((entries): z.output<T>[] =>
      (entries ?? []).flatMap((candidate) => {
        const parsed = z.safeParse(entry, candidate);
        return parsed.success ? [parsed.data] : [];
      }),
    ),
  );
}

/** Whatever is there; perhaps nothing. By itself, `z.unknown()` wants its field to be there. */
export const anything = z.optional(z.unknown());
export const text = lenientBy((value) => (typeof value === 'string' ? value : undefined));
export const flag = lenientBy((value) => (typeof value === 'boolean' ? value : undefined));
/** For what is named by it: an empty ID names nothing. */
export const identifier = z.string().check(z.minLength(1));
/** The raw status: any word. An answer without one is useless. */
export const statusWord = z.string().check(z.minLength(1), z.maxLength(100));
/** Text that holds JSON; a server that sends the JSON itself is understood too. */
export const jsonText = z.pipe(
  z
    .unknown()
    .check(
      z.refine(
        (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
      ),
    ),
  z.transform(toText),
);
/** What an agent came back with: text, or JSON as its text. */
export const output = lenientBy(toText);
/** An ISO 8601 time with zone; one without is UTC. */
export const timestamp = lenientBy((value) =>
  typeof value === 'string' ? toZonedTime(value) : undefined,
);
/** US dollars as a decimal string; a number is understood too. */
export const cost = lenientBy((value) =>
  typeof value === 'string' || typeof value === 'number' ? toDecimal(value) : undefined,
);
/** A link that may be opened: http or https, without user-info. */
export const webUrl = lenientBy((value) =>
  typeof value === 'string' && parseWebUrl(value) ? value : undefined,
);
/** What the user stored with the task: an object of anything, as its JSON. */
export const metadata = z.pipe(
  lenientBy(toObjectText),
  z.transform((json) => json ?? '{}'),
);

/**
 * @see cloud-api.md §3: times are naive UTC
 */
export function toZonedTime(value: string): string | undefined {
  const match = timeLike.exec(value);
  if (match === null) return undefined;
  const [, date, time = '', hours, minutes = '00'] = match;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const zoned = `${date}T${time.replace(',', '.')}${zone}`;
  return Number.isNaN(Date.parse(zoned)) ? undefined : zoned;
}

/** As Python's programs write it, too: with a blank for the `T`, `+0000`, `+00`, or a `Z` after the offset. */
const timeLike =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(?:Z|UTC|([+-]\d\d)(?::?(\d\d))?Z?)?$/i;

/** Longest decimal, in characters. */
const longestDecimal = 40;

/** Without an exponent: `1E-7` is `0.0000001`. */
function toDecimal(value: string | number): string | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i.exec(
    shortEnough(String(value)) ?? '',
  );
  if (!match) return undefined;
  const [whole, sign = '', integer = '', fraction = '', exponent] = match;
  if (integer === '' && fraction === '') return undefined;
  if (exponent === undefined) return whole;
  const point = integer.length + Number(exponent);
  const digits = '0'.repeat(Math.max(0, 1 - point)) + integer + fraction;
  const at = Math.max(point, 1);
  const decimal = `${digits.slice(0, at).padEnd(at, '0')}.${digits.slice(at)}`;
  return shortEnough(sign + decimal.replace(/^0+(?=\d)|\.$/g, ''));
}

function shortEnough(decimal: string): string | undefined {
  return decimal.length <= longestDecimal ? decimal : undefined;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function toObjectText(value: unknown): string | undefined {
  if (typeof value === 'string') return isObjectText(value) ? value : undefined;
  return typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : undefined;
}

function isObjectText(text: string): boolean {
  return readJson(text)?.kind === 'object';
}

/** Reads a link that may be opened, or nothing; one that begins with a slash or a dot lies on the server at `baseUrl`. */
export function webUrlAt(baseUrl: string) {
  return (value: string | undefined): string | undefined => {
    if (value === undefined) return undefined;
    const isRelative = /^\.{0,2}\//.test(value);
    const url = isRelative ? parseUrl(value, `${baseUrl}/`)?.href : value;
    return url !== undefined && parseWebUrl(url) ? url : undefined;
  };
}

/** Our word for the cloud's. A word that the map lacks is kept beside `unknown`. */
export function statusOf(
  statusByRawStatus: ReadonlyMap<string, TaskStatus>,
  rawStatus: string,
): { status: TaskStatus; rawStatus: string } {
  return { status: statusByRawStatus.get(rawStatus) ?? 'unknown', rawStatus };
}

/** Without the fields that are undefined: laid over an older state, they would wipe what it knows. */
export function present<T extends object>(fields: T): T {
  const given: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T)[])
    if (fields[name] !== undefined) given[name] = fields[name];
  return given as T;
}

/**
 * What an answer says, by a schema.
 * @throws {CloudError} of kind `badAnswer` that names the fields which don't fit, never their values
 */
export function understand<T extends z.core.$ZodType>(
  schema: T,
  answer: unknown,
  promised: string,
): z.output<T> {
  const parsed = z.safeParse(schema, answer);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues
    .map(({ path }) => path.join('.'))
    .filter((name) => name !== '');
  const where = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
  throw new CloudError('badAnswer', `The API promises ${promised}; the answer is none${where}`);
}
