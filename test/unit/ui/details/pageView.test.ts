import assert from 'node:assert/strict';
import { detailsHtml, newNonce } from '../../../../src/ui/details/pageView';

describe('detailsHtml', () => {
  const html = detailsHtml({
    cspSource: 'https://resource.example',
    scriptUri: 'https://resource.example/webview.js',
    styleUri: 'https://resource.example/webview.css',
    nonce: 'n0nce',
    language: 'en',
  });

  it('lets in nothing but its own script, styles, fonts and pictures that it holds itself', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(html)?.[1];
    assert.equal(
      policy,
      "default-src 'none'; img-src blob:; style-src https://resource.example; font-src https://resource.example; script-src 'nonce-n0nce'; base-uri 'none'; form-action 'none'",
    );
  });

  it('has no inline script, style or handler', () => {
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/iu);
    const scripts = html.match(/<script[^>]*>[^<]*<\/script>/gu);
    assert.deepEqual(scripts, [
      '<script nonce="n0nce" src="https://resource.example/webview.js" defer></script>',
    ]);
  });
});

describe('newNonce', () => {
  it('is another each time, and long enough', () => {
    const nonces = new Set(Array.from({ length: 100 }, newNonce));
    assert.equal(nonces.size, 100);
    for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{32}$/u);
  });
});
