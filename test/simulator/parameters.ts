import { invalid } from './answer';
import type { ApiRequest } from './route';

// The messages and types are those of FastAPI and pydantic 2, which the cloud's error bodies show it to be built on.

/** A UUID from the path, in lower case with hyphens. @throws {ErrorAnswer} 422 */
export function uuidParameter(request: ApiRequest, name: string): string {
  return parseUuid(request.parameters[name] ?? '', ['path', name]);
}

/** @throws {ErrorAnswer} 422 */
export function parseUuid(text: string, loc: readonly (string | number)[]): string {
  const bare = text
    .toLowerCase()
    .replace(/^urn:uuid:/, '')
    .replace(/^\{(.*)\}$/, '$1');
  const hyphenated = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  if (hyphenated.test(bare)) return bare;
  if (/^[0-9a-f]{32}$/.test(bare)) {
    return bare.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
  const strange = /[^0-9a-f-]/.exec(bare);
  const reason = strange
    ? `invalid character: expected an optional prefix of \`urn:uuid:\` followed by [0-9a-fA-F-], found \`${strange[0]}\` at ${strange.index + 1}`
    : `invalid length: expected length 32 for simple format, found ${bare.length}`;
  throw invalid(loc, 'uuid_parsing', `Input should be a valid UUID, ${reason}`);
}

/** A whole number from the query, or the default. @throws {ErrorAnswer} 422 */
export function integerQuery(
  request: ApiRequest,
  name: string,
  { least, most = Infinity, fallback }: { least: number; most?: number; fallback: number },
): number {
  const text = request.query.get(name);
  if (text === null) return fallback;
  const loc = ['query', name];
  if (!/^[+-]?\d+$/.test(text.trim())) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    throw invalid(loc, 'int_parsing', msg);
  }
  const value = Number(text);
  if (value < least) {
    const msg = `Input should be greater than or equal to ${least}`;
    throw invalid(loc, 'greater_than_equal', msg);
  }
  if (value > most) {
    throw invalid(loc, 'less_than_equal', `Input should be less than or equal to ${most}`);
  }
  return value;
}

/** A yes or no from the query, or the default. @throws {ErrorAnswer} 422 */
export function flagQuery(request: ApiRequest, name: string, fallback: boolean): boolean {
  const text = request.query.get(name)?.toLowerCase();
  if (text === undefined) return fallback;
  if (['true', '1', 'on', 'yes', 't', 'y'].includes(text)) return true;
  if (['false', '0', 'off', 'no', 'f', 'n'].includes(text)) return false;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  throw invalid(['query', name], 'bool_parsing', msg);
}

/** One of a set of words from the query, or `undefined`. @throws {ErrorAnswer} 422 */
export function wordQuery<Word extends string>(
  request: ApiRequest,
  name: string,
  values: readonly Word[],
): Word | undefined {
  const text = request.query.get(name);
  return text === null ? undefined : oneOf(text, values, ['query', name]);
}

/** @throws {ErrorAnswer} 422 */
export function oneOf<Word extends string>(
  value: unknown,
  values: readonly Word[],
  loc: readonly (string | number)[],
): Word {
  const word = values.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const quoted = values.map((candidate) => `'${candidate}'`);
  const last = quoted.pop() ?? '';
  const list = quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : last;
  throw invalid(loc, 'enum', `Input should be ${list}`);
}

/** A moment from the query in milliseconds since 1970; one without a zone is UTC. @throws {ErrorAnswer} 422 */
export function momentQuery(request: ApiRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  // A `+` of a zone that was not encoded arrives as a space.
  const normal = text
    .trim()
    .replace(/ (\d\d:?\d\d)$/, '+$1')
    .replace(' ', 'T');
  const isMoment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i.test(
    normal,
  );
  const zoned = /T.*(Z|[+-]\d\d:?\d\d)$/i.test(normal) || !normal.includes('T');
  const milliseconds = isMoment ? Date.parse(zoned ? normal : `${normal}Z`) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    const msg = 'Input should be a valid datetime or date, invalid character in year';
    throw invalid(['query', name], 'datetime_from_date_parsing', msg);
  }
  return milliseconds;
}

/** The body as a JSON object. @throws {ErrorAnswer} 422 */
export function objectBody(request: ApiRequest): Record<string, unknown> {
  if (request.body.length === 0) throw invalid(['body'], 'missing', 'Field required');
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw invalid(['body', 0], 'json_invalid', 'JSON decode error');
  }
  if (!isObject(value)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    throw invalid(['body'], 'model_attributes_type', msg);
  }
  return value;
}

/** A text of the body. @throws {ErrorAnswer} 422 */
export function textField(
  body: Readonly<Record<string, unknown>>,
  name: string,
  { most = Infinity }: { readonly most?: number } = {},
): string {
  const value = body[name];
  const loc = ['body', name];
  if (value === undefined) throw invalid(loc, 'missing', 'Field required');
  if (typeof value !== 'string')
    throw invalid(loc, 'string_type', 'Input should be a valid string');
  if (value.length === 0) {
    throw invalid(loc, 'string_too_short', 'String should have at least 1 character');
  }
  if (value.length > most) {
    throw invalid(loc, 'string_too_long', `String should have at most ${most} characters`);
  }
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
