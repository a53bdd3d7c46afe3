import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import {
  commands,
  DiagnosticSeverity,
  type Hover,
  languages,
  Position,
  Range,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
  type CompletionList,
  type TextDocument,
} from 'vscode';
import { activated, set } from './extensionUnderTest';
import { waitFor } from './waitFor';

describe('prompt files in the editor', () => {
  let folder: string;

  before(async () => {
    await activated();
    await set('apiVersion', 'v4');
  });

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'browser-use-tasks-'));
  });

  afterEach(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  after(() => set('apiVersion'));

  async function open(name: string, text: string): Promise<TextDocument> {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    const document = await workspace.openTextDocument(Uri.file(file));
    await window.showTextDocument(document);
    return document;
  }

  /** Waits until VS Code marks exactly this, each as "marked text: message". */
  async function marked(document: TextDocument, expected: readonly RegExp[]): Promise<void> {
    let found: string[] = [];
    const isSo = (): boolean => {
      found = languages
        .getDiagnostics(document.uri)
        .map(({ range, message }) => `${document.getText(range)}: ${message}`);
      const others = found.filter((mark) => !expected.some((each) => each.test(mark)));
      return others.length === 0 && found.length === expected.length;
    };
    await waitFor('the marks', isSo).catch(() => assert.fail(found.join('\n') || 'nothing'));
  }

  it('are completed in JSON by their schema, without what is there already', async () => {
    const text = '{\n  "prompt": "Find it",\n  "model": "",\n  "apiVersion": "",\n  \n}\n';
    const document = await open('x.browser-use.json', text);
    const labelsAt = async (line: number, character: number): Promise<string[]> => {
      const { items } = await commands.executeCommand<CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new Position(line, character),
      );
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const names = await waitFor('the names of options', async () => {
      const labels = await labelsAt(4, 2);
      return labels.includes('maxCostUsd') ? labels : undefined;
    });
    for (const absent of ['prompt', 'model', 'secrets']) assert.ok(!names.includes(absent), absent);
    const models = await labelsAt(2, 12);
    assert.ok(
      models.some((each) => each.includes('claude-sonnet-5')),
      models.join(),
    );
    const versions = await labelsAt(3, 17);
    assert.deepEqual(
      versions.filter((each) => /^"v\d"$/u.test(each)),
      ['"v1"', '"v2"', '"v3"', '"v4"'],
    );
    const hovers = await commands.executeCommand<readonly Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new Position(2, 4),
    );
    const words = hovers.flatMap(({ contents }) =>
      contents.map((each) => (typeof each === 'string' ? each : each.value)),
    );
    assert.match(words.join('\n'), /language model that drives the agent/u);
  });

  it('are marked in JSON where a name, a type, a range or a path is wrong, once each', async () => {
    const document = await open(
      'x.browser-use.json',
      JSON.stringify(
        {
          modell: 'x',
          model: 5,
          maxSteps: 5,
          maxCostUsd: 0,
          judge: 'yes',
          secrets: { a: 'b' },
          files: ['gone.csv'],
        },
        null,
        2,
      ),
    );
    await marked(document, [
      /Missing property "prompt"\.$/u,
      /^"modell": Property modell is not allowed\.$/u,
      /^5: Model must be text in one line/u,
      /^0: Value is below the minimum of 0\.000001\.$/u,
      /^"maxSteps": API v4 takes no Max Steps: it is not sent\.$/u,
      /^"yes": Judge must be true or false\.$/u,
      /: Secrets can’t stand in a file\./u,
      /^"files": gone\.csv is not there\.$/u,
    ]);
  });

  it('in JSON are marked where VS Code takes them for JSON with comments, too', async () => {
    const document = await open('x.browser-use.json', '{\n  "prompt": "Go" // now\n}\n');
    await languages.setTextDocumentLanguage(document, 'jsonc');
    await marked(document, [/^\/: This is not JSON: “\/” can’t stand in column 18\.$/u]);
  });

  it('are marked where a path leads nowhere or out of the folder, until that is mended', async () => {
    mkdirSync(path.join(folder, 'data'));
    writeFileSync(path.join(folder, 'data', 'a.csv'), 'a,b\n');
    symlinkSync('/etc/hosts', path.join(folder, 'hosts'));
    const text = '---\noutputSchema: gone.json\nfiles: [data/a.csv, ../x, hosts, data]\n---\nGo\n';
    const document = await open('x.browser-use.md', text);
    await marked(document, [
      /^outputSchema: gone\.json is not there\.$/u,
      /^files: \.\.\/x lies outside the folder/u,
      /^files: hosts is a link/u,
      /^files: data is a folder, not a file\.$/u,
    ]);
    const errors = languages.getDiagnostics(document.uri);
    assert.ok(errors.every(({ severity }) => severity === DiagnosticSeverity.Error));
    writeFileSync(path.join(folder, 'gone.json'), '{"type":"object"}');
    const edit = new WorkspaceEdit();
    edit.replace(document.uri, new Range(2, 0, 2, 100), 'files: [data/a.csv]');
    assert.ok(await workspace.applyEdit(edit));
    await marked(document, []);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
