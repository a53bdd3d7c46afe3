import assert from 'node:assert/strict';
import { createCloud } from '../../../src/api/index';

describe('a base URL', () => {
  const bad = [
    '',
    'api.browser-use.com',
    '/api',
    'http://api.browser-use.com',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://[::2]',
    'http://0.0.0.0',
    'http://192.168.1.1',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:hunter2@api.example',
    'https://user@api.example',
    'https://api.example/?token=hunter2',
    'https://api.example/#hunter2',
  ];
  for (const baseUrl of bad) {
    it(`may not be ${JSON.stringify(baseUrl)}, and is not repeated`, () => {
      assert.throws(
        () => createCloud({ baseUrl, key: 'x' }),
        (error: unknown) => {
          assert.ok(error instanceof Error && 'kind' in error);
          assert.equal(error.kind, 'invalidRequest');
          assert.match(error.message, /^The base URL /);
          assert.doesNotMatch(error.message, /hunter2|evil/);
          return true;
        },
      );
    });
  }
});
