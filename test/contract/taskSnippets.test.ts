import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { inspect, promisify } from 'node:util';
import type { ApiVersion } from '../../src/core/cloud/task';
import { apiVersions } from '../../src/core/cloud/versionList';
import { taskSnippet, type SnippetKind } from '../../src/core/formats/taskSnippets';
import { projectFolder } from '../launch/packagedExtension';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';

const run = promisify(execFile);

// A snippet is a program: what counts is what it does, run as a person runs it.
describe('a snippet, run against the simulator', function () {
  // Starts other programs.
  this.timeout(30_000);
  let simulator: Simulator;
  let folder: string;

  before(() => {
    // Within the project, where TypeScript finds the SDK.
    mkdirSync(path.join(projectFolder, 'out'), { recursive: true });
    folder = mkdtempSync(path.join(projectFolder, 'out', 'snippets-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    simulator = await startSimulator();
  });

  afterEach(() => simulator.close());

  /** Runs code as its kind is run. @returns what it prints; `undefined` where the machine has no such program */
  async function runSnippet(kind: SnippetKind, code: string): Promise<string | undefined> {
    const files = { curl: 'snippet.sh', python: 'snippet.py', typescript: 'snippet.mts' };
    const file = path.join(folder, files[kind]);
    writeFileSync(file, code);
    const programs: Record<SnippetKind, readonly [string, string, readonly string[]]> = {
      curl: ['curl', 'sh', [file]],
      python: ['python3', 'python3', [file]],
      typescript: [process.execPath, process.execPath, ['--import', 'tsx', file]],
    };
    const [needed, program, args] = programs[kind];
    if (!(await isThere(needed))) return undefined;
    const env = { ...process.env, BROWSER_USE_API_KEY: simulatorKey };
    return (await run(program, args, { env, cwd: projectFolder })).stdout;
  }

  const runnable: readonly (readonly [SnippetKind, ApiVersion])[] = [
    ...apiVersions.flatMap(
      (apiVersion) =>
        [
          ['curl', apiVersion],
          ['typescript', apiVersion],
        ] as const,
    ),
    // The others need the SDK of Python, which is no package of npm.
    ['python', 'v1'],
  ];
  for (const [kind, apiVersion] of runnable)
    it(`for ${kind} fetches a task of ${apiVersion}`, async function () {
      const { id } = simulator.addTask({
        apiVersion,
        prompt: 'x',
        steps: 1,
        createdAtMs: Date.now() - 60_000,
        output: 'forty-two',
      });
      const code = taskSnippet(kind, { ref: { apiVersion, id }, baseUrl: simulator.url });
      assert.doesNotMatch(code, new RegExp(simulatorKey, 'u'));
      const printed = await runSnippet(kind, code);
      if (printed === undefined) return this.skip();
      assert.match(printed, words[apiVersion]);
      assert.match(printed, /forty-two/u);
    });

  const words = { v4: /completed/u, v3: /stopped/u, v2: /finished/u, v1: /finished/u };

  const hostileId = [
    "a'; exit 7; echo '",
    '$(exit 7)`exit 7`',
    'a"; import os; os._exit(7) #',
    '"); process.exit(7); ("',
    '${process.exit(7)}',
    'a\nprint("pwned")\nconsole.log("pwned")\n\\',
    '../../billing/account?x=#',
    '\u2028\u202Eé😀',
    '[1-3]{a,b}',
  ].join(' ');
  for (const [kind, apiVersion] of runnable)
    it(`for ${kind} and ${apiVersion} keeps a hostile ID within its quotes`, async function () {
      const ref = { apiVersion, id: hostileId };
      const code = taskSnippet(kind, { ref, baseUrl: simulator.url });
      const failure: unknown = await runSnippet(kind, code).catch((error: unknown) => error);
      if (failure === undefined) return this.skip();
      // It asks for what is not there, and fails for that and nothing else.
      assert.ok(failure instanceof Error, inspect(failure));
      const { code: exit, stdout } = failure as { code?: unknown; stdout?: string };
      assert.notEqual(exit, 7);
      assert.doesNotMatch(stdout ?? '', /pwned/u);
      assert.equal(simulator.counts.total, 1);
      const [requested] = simulator.counts.seen;
      // What the SDK does with an ID is its own.
      if (kind === 'typescript' && apiVersion !== 'v1') return;
      assert.equal(decodeURIComponent(requested?.url.split('/').at(-1) ?? ''), hostileId);
    });

  it('for Python and TypeScript holds the very ID, whatever is in it', () => {
    const ref = { apiVersion: 'v2', id: hostileId } as const;
    const baseUrl = 'https://api.browser-use.com';
    const literalIn = (kind: SnippetKind) =>
      /tasks\.get\((".*")\)/u.exec(taskSnippet(kind, { ref, baseUrl }))?.[1] ?? '';
    const read = (literal: string, escape: RegExp): string =>
      literal
        .slice(1, -1)
        .replace(escape, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));
    assert.equal(read(literalIn('python'), /\\U([0-9a-f]{8})/gu), hostileId);
    assert.equal(read(literalIn('typescript'), /\\u\{([0-9a-f]+)\}/gu), hostileId);
    for (const kind of ['python', 'typescript'] as const)
      assert.match(literalIn(kind), /^"[\x20-\x7e]*"$/u);
  });

  it('for v2 names the server only where that is not Browser Use Cloud itself', () => {
    const ref = { apiVersion: 'v2', id: 'a' } as const;
    for (const kind of ['python', 'typescript'] as const) {
      const own = taskSnippet(kind, { ref, baseUrl: 'https://api.browser-use.com' });
      assert.doesNotMatch(own, /https:/u);
      const other = taskSnippet(kind, { ref, baseUrl: 'https://a.example/prefix' });
      assert.match(other, /"https:\/\/a\.example\/prefix\/api\/v2"/u);
    }
  });
});

async function isThere(program: string): Promise<boolean> {
  try {
    await run(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}
