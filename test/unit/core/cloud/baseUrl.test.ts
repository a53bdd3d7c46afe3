import assert from 'node:assert/strict';
import { isFetchable, otherServerMessage, readBaseUrl } from '../../../../src/core/cloud/baseUrl';

describe('readBaseUrl', () => {
  for (const [text, baseUrl, origin, host] of [
    [
      'https://api.browser-use.com',
      'https://api.browser-use.com',
      'https://api.browser-use.com',
      'api.browser-use.com',
    ],
    [
      ' https://API.Browser-Use.com:443/ ',
      'https://api.browser-use.com',
      'https://api.browser-use.com',
      'api.browser-use.com',
    ],
    [
      'https://API.Browser-Use.com.:443/',
      'https://api.browser-use.com',
      'https://api.browser-use.com',
      'api.browser-use.com',
    ],
    [
      'https://api.browser-use.com..',
      'https://api.browser-use.com',
      'https://api.browser-use.com',
      'api.browser-use.com',
    ],
    [
      'https://Proxy.Example.:8443/browser-use.',
      'https://proxy.example:8443/browser-use.',
      'https://proxy.example:8443',
      'proxy.example:8443',
    ],
    ['http://127.0.0.1.:81', 'http://127.0.0.1:81', 'http://127.0.0.1:81', '127.0.0.1:81'],
    ['http://localhost.', 'http://localhost', 'http://localhost', 'localhost'],
    [
      'HTTPS://Proxy.Example:8443/browser-use//',
      'https://proxy.example:8443/browser-use',
      'https://proxy.example:8443',
      'proxy.example:8443',
    ],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080', '127.0.0.1:8080'],
    ['http://127.8.9.1', 'http://127.8.9.1', 'http://127.8.9.1', '127.8.9.1'],
    [
      'http://127.255.255.255',
      'http://127.255.255.255',
      'http://127.255.255.255',
      '127.255.255.255',
    ],
    [
      'https://proxy.example/api/browser-use',
      'https://proxy.example/api/browser-use',
      'https://proxy.example',
      'proxy.example',
    ],
    ['http://127.1', 'http://127.0.0.1', 'http://127.0.0.1', '127.0.0.1'],
    ['https://localhost', 'https://localhost', 'https://localhost', 'localhost'],
    ['http://localhost:3000/', 'http://localhost:3000', 'http://localhost:3000', 'localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000', 'http://[::1]:3000', '[::1]:3000'],
  ])
    it(`takes ${text}`, () => {
      const isLoopback = !/example|browser-use/iu.test(text ?? '');
      const server = { baseUrl, origin, host, isLoopback };
      assert.deepEqual(readBaseUrl(text), { server, host });
    });

  for (const [text, expected] of [
    ['', /empty/u],
    [undefined, /empty/u],
    [42, /empty/u],
    ['api.browser-use.com', /not a whole URL/u],
    ['http://api.browser-use.com', /https:\/\//u],
    ['http://127.0.0.1.evil.example', /https:\/\//u],
    ['http://localhost.evil.example', /https:\/\//u],
    ['http://[::2]', /https:\/\//u],
    ['http://0.0.0.0', /https:\/\//u],
    ['http://192.168.1.1', /https:\/\//u],
    ['ftp://127.0.0.1', /https:\/\//u],
    ['http://1270.0.0.1.example', /https:\/\//u],
    ['file:///etc/passwd', /https:\/\//u],
    ['javascript:alert(1)', /https:\/\//u],
    ['https://user@api.browser-use.com', /user name/u],
    ['https://:secret@api.browser-use.com', /user name/u],
    ['https://api.browser-use.com@evil.example', /user name/u],
    ['https://api.browser-use.com?x=1', /"\?"/u],
    ['https://api.browser-use.com#x', /"#"/u],
    ['https://api.browser-use.com/api/v2', /without \/api/u],
    ['https://api.browser-use.com/api/', /without \/api/u],
    ['https://api.browser-use.com/x/api/v12', /without \/api/u],
    ['   ', /empty/u],
    ['ftp://api.browser-use.com', /must begin with https:\/\/\.$/u],
  ] as const)
    it(`refuses ${JSON.stringify(text)} and says why`, () => {
      const { server, problem, host } = readBaseUrl(text);
      assert.ok(!server, 'it was taken');
      assert.equal(host, 'the server');
      assert.match(problem, expected);
      assert.match(problem, /\.$/u);
    });

  // What takes a power of the length does not end within the time that a test has.
  it('reads a path of any length', () => {
    const baseUrl = `https://a.example${'/'.repeat(500_000)}x`;
    assert.equal(readBaseUrl(baseUrl).server?.baseUrl, baseUrl);
  });

  it('reads a host with any number of dots', () => {
    const baseUrl = `https://a${'.'.repeat(200_000)}example`;
    assert.equal(readBaseUrl(baseUrl).server?.baseUrl, baseUrl);
  });

  it('never repeats a password', () => {
    assert.doesNotMatch(JSON.stringify(readBaseUrl('https://u:hunter2@x.example')), /hunter2/u);
  });
});

describe('isFetchable', () => {
  it('takes https, and http on this machine where that is allowed', () => {
    const found = [
      'https://a.example',
      'http://127.0.0.1',
      'http://a.example',
      'ftp://127.0.0.1',
    ].map((text) => [isFetchable(new URL(text), true), isFetchable(new URL(text), false)]);
    assert.deepEqual(found, [
      [true, true],
      [true, false],
      [false, false],
      [false, false],
    ]);
  });
});

describe('otherServerMessage', () => {
  it('names the server that the task belongs to', () => {
    assert.match(
      otherServerMessage('http://127.0.0.1:81'),
      /^This task belongs to 127\.0\.0\.1:81\. /u,
    );
  });
});
