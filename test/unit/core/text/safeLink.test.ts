import assert from 'node:assert/strict';
import { linkHost, linkParts, safeLink } from '../../../../src/core/text/safeLink';

describe('safeLink', () => {
  it('lets web links pass', () => {
    assert.equal(safeLink('https://example.com/a?b=c#d'), 'https://example.com/a?b=c#d');
    assert.equal(safeLink('http://127.0.0.1:8080/live'), 'http://127.0.0.1:8080/live');
  });

  for (const link of [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' java\nscript:alert(1)',
    'command:workbench.action.terminal.new',
    'file:///etc/passwd',
    'vscode://file/etc/passwd',
    'vscode-insiders://a.b/c',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://example.com/1',
    'ftp://example.com/',
    'mailto:a@example.com',
    '//example.com/',
    'example.com',
    '',
    'https://',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://:secret@example.com/',
    `https://example.com/${'a'.repeat(9000)}`,
  ])
    it(`refuses ${JSON.stringify(link.slice(0, 50))}`, () => {
      assert.equal(safeLink(link), undefined);
      assert.equal(linkHost(link), undefined);
      assert.equal(linkParts(link), undefined);
    });
});

describe('linkParts', () => {
  it('sets the host apart from the rest', () => {
    assert.deepEqual(linkParts('https://example.com:8443/a?b=c#d'), {
      scheme: 'https',
      host: 'example.com:8443',
      rest: '/a?b=c#d',
    });
  });

  it('leaves nothing of a bare root', () => {
    assert.deepEqual(linkParts('http://example.com/'), {
      scheme: 'http',
      host: 'example.com',
      rest: '',
    });
  });

  it('shows a look-alike host in its ASCII form', () => {
    assert.equal(linkParts('https://аpple.com/')?.host, 'xn--pple-43d.com');
    assert.equal(linkHost('https://аpple.com/'), 'xn--pple-43d.com');
  });

  it('takes the host that a browser would go to', () => {
    assert.equal(linkParts('https://good.example\\@evil.example/')?.host, 'good.example');
    assert.equal(linkParts('https://evil.example/good.example')?.host, 'evil.example');
  });
});
