import assert from 'node:assert/strict';
import { readBaseUrl } from '../../../../src/core/cloud/baseUrl';
import { dashboardOf, isOfficial, regionOf } from '../../../../src/core/cloud/regions';

describe('the dashboard of a server', () => {
  for (const [text, expected] of [
    ['https://api.browser-use.com', 'https://cloud.browser-use.com'],
    ['https://api.browser-use.com/prefix', 'https://cloud.browser-use.com'],
    ['https://api.eu.browser-use.com', 'https://cloud.eu.browser-use.com'],
    ['https://api.browser-use.com.', 'https://cloud.browser-use.com'],
    ['https://api.eu.browser-use.com.:443/', 'https://cloud.eu.browser-use.com'],
    ['https://api..browser-use.com', undefined],
    ['https://api.browser-use.com.example', undefined],
    ['https://api.us.browser-use.com', undefined],
    ['http://127.0.0.1:81', undefined],
    ['not a URL', undefined],
  ] as const)
    it(`is ${expected ?? 'not known'} for ${text}`, () => {
      const { server } = readBaseUrl(text);
      assert.equal(dashboardOf(server), expected);
      assert.equal(isOfficial(server), expected !== undefined);
    });
});

describe('the region of a host', () => {
  for (const [host, expected] of [
    ['cloud.browser-use.com', 'us'],
    ['live.browser-use.com', 'us'],
    ['API.EU.browser-use.com:443', 'eu'],
    ['cloud.eu.browser-use.com', 'eu'],
    ['museu.browser-use.com', 'us'],
    ['eu.browser-use.com.example', undefined],
    ['notbrowser-use.com', undefined],
  ] as const)
    it(`is ${expected ?? 'none'} of ${host}`, () => {
      assert.equal(regionOf(host), expected);
    });
});
