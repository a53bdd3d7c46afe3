import { capabilitiesOf } from '../cloud/apiVersions';
import { apiVersions } from '../cloud/versionList';
import { suggestedModels } from './models';
import { longestPrompt } from './runDraft';
import {
  expectationOf,
  longestLine,
  mostFiles,
  mostPairs,
  mostSteps,
  noSecretsMessage,
  runFields,
  type FieldKind,
  type RunField,
} from './runFields';

/** A JSON schema: those keywords of draft 7 that VS Code checks and completes by, and its own `errorMessage` and `doNotSuggest`. */
type Schema = Readonly<Record<string, unknown>>;

const line: Schema = {
  type: 'string',
  maxLength: longestLine,
  pattern: String.raw`^[^\r\n]*\S[^\r\n]*$`,
};

/** What a value of each kind is in a prompt file of JSON. `readField` checks the rest. */
const valueSchemas: Readonly<Record<Exclude<FieldKind, 'secrets'>, Schema>> = {
  text: line,
  schemaFile: line,
  url: { ...line, pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@]+(?:[/?#].*)?$` },
  id: { ...line, pattern: '^[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$' },
  wholeNumber: { type: 'integer', minimum: 1, maximum: mostSteps },
  dollars: { type: 'number', minimum: 0.000001, exclusiveMaximum: 1_000_000 },
  flag: { type: 'boolean' },
  list: listOf({ type: 'string', pattern: String.raw`^\S+$` }),
  files: { ...listOf({ type: 'string', pattern: String.raw`\S` }), maxItems: mostFiles },
  pairs: {
    type: 'object',
    minProperties: 1,
    maxProperties: mostPairs,
    propertyNames: { minLength: 1 },
    additionalProperties: { type: 'string' },
  },
};

function listOf(items: Schema): Schema {
  return { type: 'array', minItems: 1, items };
}

/** What `typeof` gives for a value of a kind, or `array`. Secrets have none: they can't stand in a file. */
export function jsonTypeOf(kind: FieldKind): unknown {
  const type = kind === 'secrets' ? undefined : valueSchemas[kind]['type'];
  return type === 'integer' ? 'number' : type;
}

/** Of a value itself, as `jsonTypeOf` has it of a kind. */
export function jsonTypeIn(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The schema of a prompt file of JSON, as `media/prompt-file.schema.json` has it: `npm run schema` writes that. */
export function promptFileSchema(): Schema {
  const options = runFields.map((field) => [field.option, optionSchema(field)] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Browser Use Task',
    description: 'A task for Browser Use Cloud. “Run Task…” shows it before it is sent.',
    type: 'object',
    required: ['prompt'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string', doNotSuggest: true },
      prompt: {
        type: 'string',
        description: 'What the agent is to do. A new line is written as \\n.',
        pattern: String.raw`\S`,
        maxLength: longestPrompt,
        patternErrorMessage: 'A task has a prompt.',
      },
      apiVersion: {
        description:
          'The API version that runs the task. Default: that of the settings, else the newest; at a server of your own, that of the task tracked last.',
        enum: apiVersions,
      },
      ...Object.fromEntries(options),
    },
  };
}

function optionSchema(field: RunField): Schema {
  const { kind, option } = field;
  if (kind === 'secrets') return { not: {}, doNotSuggest: true, errorMessage: noSecretsMessage };
  const values = valueSchemas[kind];
  const errorMessage = expectationOf(field);
  const items = values['items'];
  return {
    description: fieldDescription(field),
    ...values,
    ...(items === undefined ? {} : { items: { ...items, errorMessage } }),
    ...(option === 'model' ? { examples: [...new Set(apiVersions.flatMap(suggestedModels))] } : {}),
    errorMessage,
  };
}

/** What an option does, and which API versions take it where not all do. */
export function fieldDescription({ option, description }: RunField): string {
  const takers = apiVersions.filter((each) => capabilitiesOf(each).runOptions.has(option));
  return takers.length === apiVersions.length
    ? description
    : `${description} (${takers.join(', ')})`;
}
