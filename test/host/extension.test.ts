import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension in a real VS Code', () => {
  it('is there and activates', async () => {
    const extension = vscode.extensions.getExtension('browser-use-tasks.browser-use-tasks');
    assert.ok(extension, 'VS Code does not know the extension');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('runs on the version of VS Code that was asked for', () => {
    const preferred = process.env['BROWSER_USE_TASKS_EXPECTED_CODE'];
    if (preferred) assert.equal(vscode.version, preferred);
  });
});
