import assert from 'node:assert/strict';
import { errorMessage } from '../../../../src/core/labels/errorMessage';
import type { CloudErrorKind } from '../../../../src/core/cloud/errors';

const nextSteps: Record<CloudErrorKind, string> = {
  noKey: 'setApiKey',
  otherKey: 'setApiKey',
  auth: 'setApiKey',
  forbidden: 'setApiKey',
  payment: 'setApiKey',
  taskNotFound: 'setApiKey',
  notServed: 'openSettings',
  invalidRequest: 'openSettings',
  refused: 'showLog',
  rateLimited: 'showLog',
  noFreeSlot: 'showLog',
  server: 'showLog',
  timeout: 'showLog',
  network: 'openSettings',
  redirect: 'openSettings',
  tooLarge: 'showLog',
  badAnswer: 'openSettings',
};
const kinds = Object.keys(nextSteps) as CloudErrorKind[];

describe('errorMessage', () => {
  for (const kind of kinds)
    it(`names the server and a next step for ${kind}`, () => {
      const { text, nextStep } = errorMessage(kind, { host: 'cloud.example', apiVersion: 'v1' });
      assert.match(text, /cloud\.example/u);
      assert.match(text, /\.$/u);
      assert.equal(nextStep, nextSteps[kind]);
    });

  it('has a message for each kind', () => {
    const texts = kinds.map((kind) => errorMessage(kind, { host: 'h' }).text);
    assert.equal(new Set(texts).size, kinds.length);
  });

  it('blames what stands between where the answer is not the API’s, and says what to check', () => {
    const { text } = errorMessage('badAnswer', { host: 'h' });
    assert.match(text, /^Something between you and h answered/u);
    for (const suspect of ['proxy', 'VPN', 'sign-in page', 'base URL in the settings'])
      assert.ok(text.includes(suspect), suspect);
    assert.doesNotMatch(text, /key/iu);
  });

  it('says how to get a slot', () => {
    assert.match(
      errorMessage('noFreeSlot', { host: 'h' }).text,
      /Stop a session, or wait until one ends\.$/u,
    );
  });

  it('names the API version that is not served', () => {
    assert.match(
      errorMessage('notServed', { host: 'h', apiVersion: 'v1' }).text,
      /^API v1 is not/u,
    );
    assert.match(errorMessage('notServed', { host: 'h' }).text, /^This API is not/u);
  });
});
