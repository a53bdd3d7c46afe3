import assert from 'node:assert/strict';
import { parseFromPage, taskActions, type FromPage } from '../../../src/webview/protocol';

describe('parseFromPage', () => {
  const messages: readonly FromPage[] = [
    { type: 'ready' },
    { type: 'saveLog' },
    { type: 'readSessionCost' },
    { type: 'remedy', remedy: 'retry' },
    { type: 'remedy', remedy: 'setApiKey' },
    { type: 'picture', of: 'step', index: 0 },
    { type: 'picture', of: 'task', index: 12 },
    { type: 'openLink', link: 'live', index: 0 },
    { type: 'openLink', link: 'stepUrl', index: 3 },
    { type: 'openLink', link: 'output', index: 7 },
    { type: 'openText', part: 'output', index: 0 },
    { type: 'copy', what: 'id' },
    { type: 'copy', what: 'shareLink' },
    { type: 'saveFile', index: 1 },
    ...taskActions.map((action) => ({ type: 'act' as const, action })),
  ];
  for (const message of messages)
    it(`reads ${JSON.stringify(message)}`, () => {
      assert.deepEqual(parseFromPage(message), message);
    });

  const others: readonly unknown[] = [
    undefined,
    null,
    'ready',
    42,
    [],
    {},
    { type: 'nothing' },
    { type: ['ready'] },
    { type: 'ready', url: 'https://evil.example' },
    { type: 'remedy', remedy: 'workbench.action.quit' },
    { type: 'remedy', remedy: 'retry', args: [1] },
    { type: 'picture', of: 'step' },
    { type: 'picture', of: 'step', index: -1 },
    { type: 'picture', of: 'step', index: 1.5 },
    { type: 'picture', of: 'step', index: '1' },
    { type: 'picture', of: 'step', index: Number.MAX_VALUE },
    { type: 'picture', of: '__proto__', index: 0 },
    { type: 'picture', index: 0, url: 'https://evil.example' },
    { type: 'openLink', link: 'https://evil.example', index: 0 },
    { type: 'openLink', link: 'live', index: 0, url: 'https://evil.example' },
    { type: 'openLink', link: 'constructor', index: 0 },
    { type: 'openText', part: '/etc/passwd', index: 0 },
    { type: 'copy', what: 'key' },
    { type: 'copy', text: 'rm -rf' },
    { type: 'copy', what: 'shareLink', link: 'https://evil.example' },
    { type: 'saveFile', index: Number.NaN },
    { type: 'saveFile', path: '/etc/passwd' },
    { type: 'act' },
    { type: 'act', action: 'workbench.action.quit' },
    { type: 'act', action: 'share', id: 'another' },
    { type: 'act', action: ['share'] },
  ];
  for (const message of others)
    it(`refuses ${JSON.stringify(message) ?? 'undefined'}`, () => {
      assert.equal(parseFromPage(message), undefined);
    });
});
