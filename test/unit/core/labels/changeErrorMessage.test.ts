import assert from 'node:assert/strict';
import {
  CloudError,
  type CloudErrorKind,
  type CloudErrorOptions,
} from '../../../../src/core/cloud/errors';
import { changeErrorMessage } from '../../../../src/core/labels/changeErrorMessage';

const context = { host: 'cloud.example', apiVersion: 'v4' } as const;

function textOf(kind: CloudErrorKind, options: CloudErrorOptions = {}): string {
  return changeErrorMessage(new CloudError(kind, 'for the log', options), context).text;
}

const refusal = (status: number, text: string, field?: string): CloudErrorOptions => ({
  status,
  details: { text, field },
});

describe('changeErrorMessage', () => {
  const expected: readonly (readonly [CloudErrorKind, CloudErrorOptions, RegExp])[] = [
    [
      'otherKey',
      {},
      /^The API key for cloud\.example was changed meanwhile, and nothing was sent with/u,
    ],
    ['noKey', {}, /^There is no API key for cloud\.example yet\. Set one/u],
    ['auth', {}, /does not accept the API key/u],
    [
      'payment',
      refusal(402, 'The key has reached its limit ($20.01 of $20 spent)'),
      /spend no more \(“The key has reached its limit \(\$20\.01 of \$20 spent\)”\)\. Add credits or raise the limit/u,
    ],
    [
      'forbidden',
      refusal(403, 'Zero Data Retention'),
      /\(“Zero Data Retention”\)\. Set a key that/u,
    ],
    ['taskNotFound', refusal(404, 'Run not found'), /knows no such task .*deleted there\.$/u],
    [
      'invalidRequest',
      refusal(422, 'Input should be e.g. a UUID', 'browserSettings.profileId'),
      /^API v4 at cloud\.example does not accept this\. Profile: Input should be e\.g\. a UUID\. Change it/u,
    ],
    [
      'invalidRequest',
      refusal(422, 'Extra inputs are not permitted', 'maxSpend'),
      /this\. “maxSpend”: Extra inputs are not permitted\. /u,
    ],
    [
      'invalidRequest',
      refusal(400, 'The session belongs to another workspace'),
      /this\. The session belongs to another workspace\. What was given may not belong together/u,
    ],
    [
      'invalidRequest',
      { isUnsent: true, details: { text: 'API v4 does not have this option', field: 'startUrl' } },
      /^This was not sent\. Start URL: API v4 does not have this option\. Change it/u,
    ],
    ['invalidRequest', { status: 422 }, /does not accept this\. Change it, and try again\.$/u],
    ['refused', refusal(404, 'Session not found'), /does not have what this needs .*“Session not/u],
    ['refused', refusal(409, 'Session is busy.'), /busy.*\(“Session is busy”\)\. Wait until/u],
    ['refused', refusal(413, 'Too large...'), /too large \(“Too large”\)\. Shorten the prompt/u],
    ['badAnswer', { status: 413 }, /too large\. Shorten the prompt/u],
    ['refused', refusal(502, 'Control plane'), /Nothing has changed; try again\.$/u],
    ['refused', refusal(451, 'No'), /refuses this \(“No”\)\. The log/u],
    [
      'noFreeSlot',
      refusal(429, 'Too many concurrent active sessions'),
      /^The account has as many/u,
    ],
    [
      'noFreeSlot',
      refusal(429, 'The session message queue is full.'),
      /^The queue of this session/u,
    ],
    ['noFreeSlot', { status: 429 }, /^The account has as many sessions open as it may\. /u],
    ['rateLimited', { status: 429, retryAfterMs: 4_200 }, /Try again in 5 seconds\.$/u],
    ['rateLimited', { status: 429, retryAfterMs: Infinity }, /Try again in a while\.$/u],
    ['rateLimited', { status: 429, retryAfterMs: 900 }, /Try again in 1 second\.$/u],
    ['rateLimited', { status: 429 }, /Try again in a while\.$/u],
    [
      'timeout',
      {},
      /^The answer of cloud\.example was lost, and the cloud does not show the change\./u,
    ],
    ...(['network', 'server', 'tooLarge', 'badAnswer'] as const).map(
      (kind) => [kind, {}, /was lost, and the cloud does not show/u] as const,
    ),
    ['network', { isUnsent: true }, /cannot be reached/u],
    ['redirect', {}, /points elsewhere/u],
    ['notServed', {}, /^API v4 is not served/u],
  ];
  for (const [kind, options, pattern] of expected)
    it(`says what to do about ${kind} ${options.status ?? ''} ${options.details?.text ?? ''}`, () => {
      const text = textOf(kind, options);
      assert.match(text, pattern);
      assert.match(text, /\.$/u);
      assert.doesNotMatch(text, /for the log|undefined|\.\.|\?\./u);
    });

  it('offers another key where that helps, the settings where they are wrong, and else the log', () => {
    const steps = {
      setApiKey: ['noKey', 'otherKey', 'auth', 'payment', 'forbidden'],
      openSettings: ['notServed', 'redirect'],
      showLog: [
        'taskNotFound',
        'invalidRequest',
        'refused',
        'noFreeSlot',
        'rateLimited',
        'network',
      ],
    } as const;
    for (const [nextStep, kinds] of Object.entries(steps))
      for (const kind of kinds)
        assert.equal(changeErrorMessage(new CloudError(kind, ''), context).nextStep, nextStep);
  });

  it('says of an upload whose answer was lost that it broke off', () => {
    const error = new CloudError('network', 'for the log');
    const { text } = changeErrorMessage(error, { ...context, isUpload: true });
    assert.match(text, /^The upload to cloud\.example broke off\. Check the network/u);
  });

  it('takes what the cloud says for plain text', () => {
    const hostile = 'Click [here](command:evil)\u202e now\n\nor else!';
    for (const kind of ['payment', 'forbidden', 'invalidRequest', 'refused', 'noFreeSlot'] as const)
      for (const field of [undefined, 'a](command:evil)\u202e'])
        assert.doesNotMatch(textOf(kind, refusal(418, hostile, field)), /\]\(|\u202e|\n/u);
  });
});
