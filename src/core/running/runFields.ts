import { formatCount } from '../labels/countLabel';
import { parseWebUrl } from '../base/webUrl';
import type { RunOption } from '../cloud/taskActions';
import { asUuid } from '../text/uuids';

/** How an option is written: in a prompt file, or typed. */
export type WrittenValue = string | readonly string[] | ReadonlyMap<string, string>;

/** What an option of a draft holds. */
export type FieldValue =
  string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

export type FieldKind =
  | 'text'
  | 'url'
  | 'id'
  | 'wholeNumber'
  | 'dollars'
  | 'flag'
  | 'list'
  | 'pairs'
  | 'schemaFile'
  | 'files'
  | 'secrets';

/** An option of a task as a person meets it: in the form, in prompt files and in messages. */
export interface RunField {
  readonly option: RunOption;
  readonly kind: FieldKind;
  /** "Start URL". */
  readonly label: string;
  /** What it does, as a sentence. */
  readonly description: string;
  /** How it may be written. */
  readonly example: string;
}

/** Every option but the API version, in the order in which people meet them. */
export const runFields: readonly RunField[] = [
  {
    option: 'sessionId',
    kind: 'id',
    label: 'Session',
    description: 'The ID of the session to go on in, with its browser, pages and files.',
    example: '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10',
  },
  {
    option: 'model',
    kind: 'text',
    label: 'Model',
    description: 'The language model that drives the agent, by the name that the cloud gives it.',
    example: 'claude-sonnet-4.6',
  },
  {
    option: 'maxCostUsd',
    kind: 'dollars',
    label: 'Cost Cap',
    description: 'The task ends when it has cost this much, in US dollars.',
    example: '2.50',
  },
  {
    option: 'maxSteps',
    kind: 'wholeNumber',
    label: 'Max Steps',
    description: 'The agent ends after this many steps.',
    example: '50',
  },
  {
    option: 'startUrl',
    kind: 'url',
    label: 'Start URL',
    description: 'Where the browser begins.',
    example: 'https://example.com',
  },
  {
    option: 'outputSchema',
    kind: 'schemaFile',
    label: 'Output Schema',
    description: 'A file with the JSON schema that the output is to meet.',
    example: 'schemas/prices.json',
  },
  {
    option: 'files',
    kind: 'files',
    label: 'Files',
    description: 'Files to give along. They are uploaded to the cloud.',
    example: 'data/orders.csv',
  },
  {
    option: 'allowedDomains',
    kind: 'list',
    label: 'Allowed Domains',
    description: 'The agent visits no other hosts.',
    example: 'example.com, *.example.org',
  },
  {
    option: 'profileId',
    kind: 'id',
    label: 'Profile',
    description: 'The ID of a browser profile, whose cookies and sign-ins the browser has.',
    example: '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10',
  },
  {
    option: 'secrets',
    kind: 'secrets',
    label: 'Secrets',
    description: 'Values that the agent may type and the model never sees.',
    example: 'password',
  },
  {
    option: 'keepAlive',
    kind: 'flag',
    label: 'Keep Session Open',
    description:
      'The session stays open after the task, to go on in. It costs money until it is stopped.',
    example: 'true',
  },
  {
    option: 'judge',
    kind: 'flag',
    label: 'Judge',
    description: 'A judge says afterwards whether the task did its job, which costs a little more.',
    example: 'true',
  },
  {
    option: 'metadata',
    kind: 'pairs',
    label: 'Metadata',
    description: 'What the cloud keeps with the task for you, at most 10 pairs.',
    example: 'team=search, ticket=1234',
  },
];

export function fieldOf(option: RunOption): RunField {
  const field = runFields.find((each) => each.option === option);
  if (!field) throw new Error(`There is no field for ${option}.`);
  return field;
}

/** Reads an option as it was written. @returns its value, or what is wrong with it, as a sentence */
export function readField(
  field: RunField,
  written: WrittenValue,
): { readonly value: FieldValue } | { readonly problem: string } {
  const value = readers[field.kind](written);
  if (value !== undefined) return { value };
  return { problem: expectationOf(field) };
}

/** What an option's value must be, as a sentence. */
export function expectationOf({ label, kind }: Pick<RunField, 'label' | 'kind'>): string {
  return `${label} must be ${expectations[kind]}.`;
}

/** A value of code or of JSON as it would be written. @returns `undefined` for what no option can be */
export function asWritten(value: unknown): WrittenValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return String(value);
    case 'object': {
      if (value === null) return undefined;
      const values: readonly unknown[] = Object.values(value);
      if (!values.every((each): each is string => typeof each === 'string')) return undefined;
      return Array.isArray(value)
        ? values
        : new Map(Object.entries(value as Record<string, string>));
    }
    default:
      return undefined;
  }
}

/** How an option's value is typed, and shown in one line. Not for secrets, whose values would show. */
export function fieldText(value: FieldValue): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object')
    return Object.entries(value as Record<string, string>)
      .map(([name, each]) => `${name}=${each}`)
      .join(', ');
  return String(value);
}

/** The most files of a task. @see openapi v3 and v4, the request that uploads files */
export const mostFiles = 10;
export const mostPairs = 10;
export const mostSteps = 10_000;
/** Of a text in one line, in UTF-16 units. */
export const longestLine = 200;

export const noSecretsMessage =
  'Secrets can’t stand in a file. Take them out here; they are typed when the task is run, and never stored.';

/** What a value of each kind must be. */
const expectations: Readonly<Record<FieldKind, string>> = {
  text: `text in one line of at most ${longestLine} characters`,
  url: 'an http or https URL without a password, such as https://example.com',
  id: 'an ID such as 0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10',
  wholeNumber: `a whole number from 1 to ${formatCount(mostSteps)}`,
  dollars: 'an amount of US dollars above 0, such as 2.50',
  flag: 'true or false',
  list: 'host names without spaces, such as example.com or *.example.com',
  pairs: `names and values, such as team=search, at most ${mostPairs} and each name once`,
  schemaFile: 'the path of a file, such as schemas/prices.json',
  files: `paths of at most ${mostFiles} files, such as data/orders.csv`,
  secrets: 'typed when the task is run; they can’t stand in a file',
};

type Reader = (written: WrittenValue) => FieldValue | undefined;

/** Each gives `undefined` for what is no such value. */
const readers: Readonly<Record<FieldKind, Reader>> = {
  text: oneLineOf,
  schemaFile: oneLineOf,
  url: ofLine((text) => parseWebUrl(text) && text),
  id: ofLine(asUuid),
  wholeNumber: ofLine((text) => {
    const value = Number(text.replaceAll(',', ''));
    return /^\d[\d,]*$/u.test(text) && value >= 1 && value <= mostSteps ? value : undefined;
  }),
  dollars: ofLine((text) => {
    const amount = text.replace(/^\$ ?/u, '');
    return /^\d{1,6}(?:\.\d{1,6})?$/u.test(amount) && Number(amount) > 0
      ? Number(amount)
      : undefined;
  }),
  flag: ofLine((text) => (text === 'true' || text === 'false' ? text === 'true' : undefined)),
  list(written) {
    const items = itemsOf(written);
    return items?.every((item) => !/\s/u.test(item)) === true ? items : undefined;
  },
  files(written) {
    const items = itemsOf(written);
    return items && items.length <= mostFiles ? items : undefined;
  },
  pairs: pairsOf,
  secrets: () => undefined,
};

function ofLine(read: (text: string) => FieldValue | undefined): Reader {
  return (written) => {
    const text = oneLineOf(written);
    return text === undefined ? undefined : read(text);
  };
}

function oneLineOf(written: WrittenValue): string | undefined {
  if (typeof written !== 'string') return undefined;
  const text = written.trim();
  return text === '' || text.length > longestLine || /[\r\n]/u.test(text) ? undefined : text;
}

/** The items of a list, or of a text with commas between them. At least one, none of them empty. */
function itemsOf(written: WrittenValue): readonly string[] | undefined {
  if (written instanceof Map) return undefined;
  const items = typeof written === 'string' ? written.split(',') : [...written.values()];
  const trimmed = items.map((item) => item.trim());
  return trimmed.length > 0 && !trimmed.includes('') ? trimmed : undefined;
}

function pairsOf(written: WrittenValue): Readonly<Record<string, string>> | undefined {
  // Not pushed at once: a call takes no more than some ten thousand arguments.
  const pairs: (readonly [string, string])[] = written instanceof Map ? [...written] : [];
  const items = written instanceof Map ? [] : (itemsOf(written) ?? []);
  for (const item of items) {
    const at = item.indexOf('=');
    if (at < 1) return undefined;
    pairs.push([item.slice(0, at).trim(), item.slice(at + 1).trim()]);
  }
  const names = new Set(pairs.map(([name]) => name));
  if (names.size !== pairs.length || names.has('')) return undefined;
  return pairs.length >= 1 && pairs.length <= mostPairs ? Object.fromEntries(pairs) : undefined;
}
