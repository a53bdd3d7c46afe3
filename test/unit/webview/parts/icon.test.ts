import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { glyphs } from '../../../../src/webview/parts/icon';

describe('the icons of the page', () => {
  const styles = fs.readFileSync(require.resolve('@vscode/codicons/dist/codicon.css'), 'utf8');
  for (const [name, codePoint] of Object.entries(glyphs))
    it(`"${name}" is what the icon font calls it`, () => {
      const rule = new RegExp(`\\.codicon-${name}:before \\{ content: "\\\\([0-9a-f]+)" \\}`, 'u');
      assert.equal(rule.exec(styles)?.[1], codePoint.toString(16));
    });
});
