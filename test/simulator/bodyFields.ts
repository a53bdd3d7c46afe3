import { ErrorAnswer } from './answer';
import { isObject, parseUuid } from './parameters';
import type { ValidationProblem } from './answer';

type Location = readonly (string | number)[];

/** Says what is wrong with the value of a field; with nothing for a value that is right. */
export type FieldCheck = (value: unknown, loc: Location) => readonly ValidationProblem[];

export interface BodyFields {
  readonly fields: Readonly<Record<string, FieldCheck>>;
  readonly required?: readonly string[];
  /** Whether a field that is not among them is wrong, as in v4; v3 ignores such a field. */
  readonly isClosed: boolean;
}

/**
 * Checks a body field by field.
 *
 * @throws {ErrorAnswer} 422 with all that is wrong, in the order of the fields, unknown ones last
 * @see cloud-api-v3-v4.md §6
 */
export function checkBody(body: Readonly<Record<string, unknown>>, expected: BodyFields): void {
  const problems = problemsOf(body, expected, ['body']);
  if (problems.length > 0) throw new ErrorAnswer(422, problems);
}

function problemsOf(
  body: Readonly<Record<string, unknown>>,
  { fields, required = [], isClosed }: BodyFields,
  loc: Location,
): ValidationProblem[] {
  const problems = Object.entries(fields).flatMap(([name, check]) => {
    const value = body[name];
    const place = [...loc, name];
    if (value !== undefined) return check(value, place);
    return required.includes(name) ? problem(place, 'missing', 'Field required') : [];
  });
  const unknown = Object.keys(body).filter((name) => isClosed && !Object.hasOwn(fields, name));
  return [
    ...problems,
    ...unknown.flatMap((name) =>
      problem([...loc, name], 'extra_forbidden', 'Extra inputs are not permitted'),
    ),
  ];
}

/** An object within a body. */
export function record(expected: BodyFields): FieldCheck {
  return (value, loc) => (isObject(value) ? problemsOf(value, expected, loc) : object(value, loc));
}

export const object: FieldCheck = (value, loc) =>
  isObject(value) ? [] : problem(loc, 'dict_type', 'Input should be a valid dictionary');

export const flag: FieldCheck = (value, loc) =>
  typeof value === 'boolean' ? [] : problem(loc, 'bool_type', 'Input should be a valid boolean');

export function text({
  least = 0,
  most = Infinity,
}: {
  least?: number;
  most?: number;
}): FieldCheck {
  return (value, loc) => {
    if (typeof value !== 'string') {
      return problem(loc, 'string_type', 'Input should be a valid string');
    }
    if (value.length < least) {
      const characters = least === 1 ? 'character' : 'characters';
      const msg = `String should have at least ${least} ${characters}`;
      return problem(loc, 'string_too_short', msg);
    }
    const msg = `String should have at most ${most} characters`;
    return value.length > most ? problem(loc, 'string_too_long', msg) : [];
  };
}

export const uuid: FieldCheck = (value, loc) => {
  if (typeof value !== 'string') {
    return problem(loc, 'uuid_type', 'UUID input should be a string, bytes or UUID object');
  }
  try {
    parseUuid(value, loc);
    return [];
  } catch {
    return problem(loc, 'uuid_parsing', 'Input should be a valid UUID');
  }
};

export function integer({ least, most }: { least: number; most: number }): FieldCheck {
  return (value, loc) => {
    if (!Number.isInteger(value)) {
      return problem(loc, 'int_type', 'Input should be a valid integer');
    }
    const number = Number(value);
    if (number < least) {
      const msg = `Input should be greater than or equal to ${least}`;
      return problem(loc, 'greater_than_equal', msg);
    }
    const msg = `Input should be less than or equal to ${most}`;
    return number > most ? problem(loc, 'less_than_equal', msg) : [];
  };
}

/** An amount of US dollars above zero, as a number or a text. */
export const amount: FieldCheck = (value, loc) => {
  const isText = typeof value === 'string' && /^\d*\.?\d+$/.test(value);
  if (typeof value !== 'number' && !isText) {
    return problem(loc, 'decimal_parsing', 'Input should be a valid decimal');
  }
  return Number(value) > 0 ? [] : problem(loc, 'greater_than', 'Input should be greater than 0');
};

/** An amount as answers write it; null for none. */
export function amountText(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : null;
}

export function list(check: FieldCheck, most: number): FieldCheck {
  return (value, loc) => {
    if (!Array.isArray(value)) return problem(loc, 'list_type', 'Input should be a valid list');
    if (value.length > most) {
      const msg = `List should have at most ${most} items after validation, not ${value.length}`;
      return problem(loc, 'too_long', msg);
    }
    return value.flatMap((item: unknown, index) => check(item, [...loc, index]));
  };
}

export function word(words: readonly string[]): FieldCheck {
  return (value, loc) => {
    if (words.some((known) => known === value)) return [];
    const quoted = words.map((known) => `'${known}'`).join(', ');
    return problem(loc, 'enum', `Input should be ${quoted}`);
  };
}

export function nullable(check: FieldCheck): FieldCheck {
  return (value, loc) => (value === null ? [] : check(value, loc));
}

function problem(loc: Location, type: string, msg: string): ValidationProblem[] {
  return [{ loc, msg, type }];
}
