import type { ApiVersion, TaskRef } from '../cloud/task';
import { officialOrigin } from '../cloud/baseUrl';

/** In what a snippet is written. */
export type SnippetKind = 'curl' | 'python' | 'typescript';

export const snippetKinds: readonly SnippetKind[] = ['curl', 'python', 'typescript'];

export interface SnippetOptions {
  readonly ref: TaskRef;
  /** Of the task's server, without `/api/…` and without a slash at its end. */
  readonly baseUrl: string;
}

/**
 * Code that fetches a task, ready to run: it takes the key from `BROWSER_USE_API_KEY` in the environment.
 * Whatever ID and base URL hold, they stay within their quotes.
 * It uses the official SDKs for the versions that they support, and what each language has built in for the others.
 * @see https://docs.browser-use.com for the SDKs, whose names are the same in both languages
 */
export function taskSnippet(kind: SnippetKind, options: SnippetOptions): string {
  const { sdk } = facts[options.ref.apiVersion];
  switch (kind) {
    case 'curl':
      return curlSnippet(options);
    case 'python':
      return sdk ? pythonWithSdk(options, sdk) : pythonWithoutSdk(options);
    case 'typescript':
      return sdk ? typescriptWithSdk(options, sdk) : typescriptWithoutSdk(options);
  }
}

type Sdk = NonNullable<SnippetFacts['sdk']>;

function curlSnippet({ ref, baseUrl }: SnippetOptions): string {
  const { keyHeader } = facts[ref.apiVersion];
  // `--globoff`: brackets in an ID are no pattern.
  return [
    `curl --fail-with-body --globoff ${shellQuoted(urlOf({ ref, baseUrl }))} \\`,
    `  --header "${keyHeader}$BROWSER_USE_API_KEY"`,
    '',
  ].join('\n');
}

function pythonWithSdk({ ref, baseUrl }: SnippetOptions, { python, resource }: Sdk): string {
  const { outputField } = facts[ref.apiVersion];
  const server = isOwn(baseUrl) ? '' : `, base_url=${inPython(`${baseUrl}/api/${ref.apiVersion}`)}`;
  return [
    '# pip install browser-use-sdk',
    'import os',
    '',
    `from ${python} import BrowserUse`,
    '',
    `client = BrowserUse(api_key=os.environ["BROWSER_USE_API_KEY"]${server})`,
    `task = client.${resource}.get(${inPython(ref.id)})`,
    `print(task.status, task.${outputField})`,
    '',
  ].join('\n');
}

function pythonWithoutSdk(options: SnippetOptions): string {
  return [
    'import json',
    'import os',
    'import urllib.request',
    '',
    'request = urllib.request.Request(',
    `    ${inPython(urlOf(options))},`,
    '    headers={"Authorization": "Bearer " + os.environ["BROWSER_USE_API_KEY"]},',
    ')',
    'with urllib.request.urlopen(request) as response:',
    '    task = json.load(response)',
    'print(task["status"], task.get("output"))',
    '',
  ].join('\n');
}

function typescriptWithSdk({ ref, baseUrl }: SnippetOptions, { npm, resource }: Sdk): string {
  const { outputField } = facts[ref.apiVersion];
  const server = isOwn(baseUrl)
    ? ''
    : `\n  baseUrl: ${inTypescript(`${baseUrl}/api/${ref.apiVersion}`)},`;
  return [
    '// npm install browser-use-sdk',
    `import { BrowserUse } from '${npm}';`,
    '',
    'const client = new BrowserUse({',
    `  apiKey: process.env.BROWSER_USE_API_KEY,${server}`,
    '});',
    `const task = await client.${resource}.get(${inTypescript(ref.id)});`,
    `console.log(task.status, task.${outputField});`,
    '',
  ].join('\n');
}

function typescriptWithoutSdk(options: SnippetOptions): string {
  return [
    `const response = await fetch(${inTypescript(urlOf(options))}, {`,
    '  headers: { Authorization: `Bearer ${process.env.BROWSER_USE_API_KEY}` },',
    '});',
    'if (!response.ok) throw new Error(`The server answers ${response.status}`);',
    'const task = await response.json();',
    'console.log(task.status, task.output);',
    '',
  ].join('\n');
}

function urlOf({ ref, baseUrl }: SnippetOptions): string {
  return `${baseUrl}/${facts[ref.apiVersion].taskPath}/${encoded(ref.id)}`;
}

/** A path segment that cannot leave its place, even for what is no ID at all. */
function encoded(id: string): string {
  return encodeURIComponent(id.replace(/\p{Cs}/gu, '\uFFFD'));
}

function isOwn(baseUrl: string): boolean {
  return baseUrl === officialOrigin;
}

/** For a POSIX shell: nothing is special within single quotes but their end. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function inPython(text: string): string {
  return quoted(text, (code) => `\\U${code.padStart(8, '0')}`);
}

function inTypescript(text: string): string {
  return quoted(text, (code) => `\\u{${code}}`);
}

/**
 * In double quotes, in ASCII: what is not plainly harmless is escaped.
 * @param escape the language's escape for a code point, which is given in hexadecimal
 */
function quoted(text: string, escape: (code: string) => string): string {
  const inside = Array.from(text, (character) => {
    if (/[A-Za-z0-9 _.,:;/?&=@%+~()[\]<>!#*|-]/u.test(character)) return character;
    return escape((character.codePointAt(0) ?? 0).toString(16));
  });
  return `"${inside.join('')}"`;
}

/** What code that a user runs needs to know. */
interface SnippetFacts {
  /** The header that carries the API key, with what stands before the key: "Authorization: Bearer ". */
  readonly keyHeader: string;
  /** What stands between the base URL and a task's ID, without slashes at its ends. */
  readonly taskPath: string;
  /** The field of the answer that holds what came out. */
  readonly outputField: string;
  /** How the official SDKs fetch a task. Absent: they do not. */
  readonly sdk?:
    | {
        /** What the npm package is imported as. */
        readonly npm: string;
        /** What the Python package is imported as. */
        readonly python: string;
        /** What `client` has the tasks under: "tasks" for `client.tasks.get(id)`. */
        readonly resource: string;
      }
    | undefined;
}

const facts: Readonly<Record<ApiVersion, SnippetFacts>> = {
  v4: {
    keyHeader: 'X-Browser-Use-API-Key: ',
    taskPath: 'api/v4/runs',
    outputField: 'result',
    sdk: { npm: 'browser-use-sdk/v4', python: 'browser_use_sdk.v4', resource: 'runs' },
  },
  v3: {
    keyHeader: 'X-Browser-Use-API-Key: ',
    taskPath: 'api/v3/sessions',
    outputField: 'output',
    sdk: { npm: 'browser-use-sdk/v3', python: 'browser_use_sdk.v3', resource: 'sessions' },
  },
  v2: {
    keyHeader: 'X-Browser-Use-API-Key: ',
    taskPath: 'api/v2/tasks',
    outputField: 'output',
    sdk: { npm: 'browser-use-sdk', python: 'browser_use_sdk', resource: 'tasks' },
  },
  v1: {
    keyHeader: 'Authorization: Bearer ',
    taskPath: 'api/v1/task',
    outputField: 'output',
  },
};
