import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

/** One of the vendor's OpenAPI documents, ready to hold answers against. */
export interface OpenapiDocument {
  /** Not of the document: which one it is. */
  readonly version?: string;
  /** Paths as the document writes them, without `/api/v2`, each with its methods in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenapiOperation>>>>;
}

export interface OpenapiOperation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, OpenapiResponse>>;
}

interface OpenapiResponse {
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}

/**
 * Reads the vendor's document of an API version, or says on the console why it can't and returns `undefined`.
 * It is reference data that lies beside this repository, in `../shared/openapi`, and is never copied into it;
 * the environment variable `BROWSER_USE_OPENAPI` names another folder.
 */
export function loadOpenapi(version: 'v2' | 'v3' | 'v4' | 'v4-newer'): OpenapiDocument | undefined {
  const folder =
    process.env['BROWSER_USE_OPENAPI'] ?? join(__dirname, '..', '..', '..', 'shared', 'openapi');
  const path = join(folder, `${version}.json`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    console.log(
      `    Skipped: the OpenAPI document is not at ${path}. Name its folder in BROWSER_USE_OPENAPI to run this suite.`,
    );
    return undefined;
  }
  return { ...(JSON.parse(text) as OpenapiDocument), version };
}

/**
 * What is wrong with an answer, as text; empty for one that is as the document says.
 * An answer is held to the document strictly: a field that it doesn't name is wrong too, as it would be a slip here.
 * `path` is the document's own template, `/tasks/{task_id}`; `body` is parsed JSON, or `undefined` for no body.
 */
export function validateAnswer(
  document: OpenapiDocument,
  method: string,
  path: string,
  status: number,
  body: unknown,
): string[] {
  const name = `${method.toUpperCase()} ${path}`;
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (!operation) return [`${name} is not in the document`];
  const response = operation.responses[String(status)];
  if (!response) return [`${name} answers ${status}, which the document does not name`];
  const schema = response.content?.['application/json']?.schema;
  // v4's document names refusals without saying what is in them: a text in `detail`, as in all others.
  if (schema === undefined && status >= 400) {
    return hasDetail(body) ? [] : [`${name} answers ${status} without a text in "detail"`];
  }
  if (schema === undefined) {
    return body === undefined ? [] : [`${name} answers ${status} with a body, but has none`];
  }
  // Some POST and PATCH routes document 422 as one bare problem. What is sent is a list of them in `detail`, as the
  // same document says of every other route and as the framework behind it answers; see cloud-api.md §5.
  const isBareProblem = isRefTo(schema, '#/components/schemas/ValidationError');
  const parts = isBareProblem
    ? ['components', 'schemas', 'HTTPValidationError']
    : ['paths', path, method.toLowerCase(), 'responses', String(status)].concat(
        'content',
        'application/json',
        'schema',
      );
  const validate = validatorFor(document, pointerOf(parts));
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    (error) =>
      `${name} ${status}: ${error.instancePath || '/'} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
  );
}

/**
 * What is wrong with the body of a request, as text; empty for one that is as the document says. Held to it strictly: a field
 * that it doesn't name would be refused by v4, and ignored without a word by the others.
 */
export function validateRequest(
  document: OpenapiDocument,
  method: string,
  path: string,
  body: unknown,
): string[] {
  const name = `${method.toUpperCase()} ${path}`;
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (!operation) return [`${name} is not in the document`];
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema === undefined)
    return body === undefined ? [] : [`${name} is sent with a body, but has none`];
  const pointer = pointerOf([
    'paths',
    path,
    method.toLowerCase(),
    'requestBody',
    'content',
    'application/json',
    'schema',
  ]);
  const validate = validatorFor(document, pointer);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    (error) =>
      `${name}: ${error.instancePath || '/'} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
  );
}

function pointerOf(parts: readonly string[]): string {
  return parts
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
}

function hasDetail(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string'
  );
}

function isRefTo(schema: unknown, target: string): boolean {
  return (
    typeof schema === 'object' && schema !== null && '$ref' in schema && schema.$ref === target
  );
}

const compilers = new WeakMap<OpenapiDocument, Ajv2020>();

function validatorFor(document: OpenapiDocument, pointer: string): ValidateFunction {
  let compiler = compilers.get(document);
  if (!compiler) {
    compiler = createCompiler(document);
    compilers.set(document, compiler);
  }
  const reference = `openapi.json#/${pointer}`;
  // Asking by reference compiles once; a schema given anew would be compiled at each answer.
  const validate = compiler.getSchema(reference);
  if (!validate) throw new Error(`The OpenAPI document has no schema at ${pointer}.`);
  return validate;
}

function createCompiler(document: OpenapiDocument): Ajv2020 {
  // Not strict on the schemas: an OpenAPI document has keywords that JSON Schema doesn't know.
  const compiler = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats(compiler);
  // The documents say `date-time`, which is RFC 3339 and has a zone. v2's descriptions say "naive UTC timestamp", and
  // that is what the cloud sends: no zone. An answer with a zone would be wrong, however well it fits the format.
  if (document.version === 'v2') {
    compiler.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/);
  }
  // What is newer than the document of v4 is held against the one with the newer parts.
  const isOutdated = document.version === 'v4';
  compiler.addSchema(isOutdated ? document : withoutUnknownFields(document), 'openapi.json');
  return compiler;
}

/** A copy in which every schema that names fields, and says nothing of others, allows no others. */
function withoutUnknownFields(document: OpenapiDocument): object {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    const isOpenObject =
      typeof value === 'object' &&
      value !== null &&
      'properties' in value &&
      'type' in value &&
      value.type === 'object' &&
      !('additionalProperties' in value);
    return isOpenObject ? { ...value, additionalProperties: false } : value;
  }) as object;
}
