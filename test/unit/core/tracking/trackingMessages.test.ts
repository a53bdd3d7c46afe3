import assert from 'node:assert/strict';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import { parseTaskInput } from '../../../../src/core/input/taskInput';
import {
  lookupMessage,
  namedLabel,
  namesAny,
  notFoundLabel,
  otherRegionMessage,
  rejectedMessage,
  trackingMessage,
} from '../../../../src/core/tracking/trackingMessages';

const input = parseTaskInput('', undefined);
const nothing = {
  input,
  refs: [],
  addedCount: 0,
  alreadyTrackedCount: 0,
  emptySessionCount: 0,
  leftOutCount: 0,
  leftOutSessionCount: 0,
};

describe('what a person is told after a paste', () => {
  it('is nothing where all is new, and else what is not, in numbers', () => {
    assert.equal(trackingMessage({ ...nothing, addedCount: 2 }), undefined);
    const said: readonly (readonly [Partial<typeof nothing>, string])[] = [
      [{ alreadyTrackedCount: 1 }, '1 was tracked already'],
      [{ alreadyTrackedCount: 1200 }, '1,200 were tracked already'],
      [{ input: { ...input, duplicates: 1 } }, '1 was named twice'],
      [{ input: { ...input, duplicates: 2 } }, '2 were named again'],
      [{ emptySessionCount: 1 }, '1 session has no tasks'],
      [{ emptySessionCount: 2 }, '2 sessions have no tasks'],
      [{ leftOutCount: 1 }, '1 task is left out: at most 1,000 are tracked at once'],
      [{ leftOutCount: 2 }, '2 tasks are left out: at most 1,000 are tracked at once'],
      [
        { leftOutSessionCount: 1 },
        '1 session is not looked up: at most 1,000 tasks are tracked at once',
      ],
    ];
    for (const [counts, note] of said) {
      assert.equal(trackingMessage({ ...nothing, ...counts }), `No new task tracked; ${note}.`);
      assert.equal(
        trackingMessage({ ...nothing, ...counts, addedCount: 1 }),
        `1 task tracked; ${note}.`,
      );
    }
  });

  it('names what is left out, and how many more', () => {
    const why = 'it is no ID';
    assert.equal(rejectedMessage(input), undefined);
    assert.equal(
      rejectedMessage({
        rejected: [{ text: 'a\nb', why }, { why }, { text: 'c', why }],
        beyond: { tasks: 2, sessions: 1 },
      }),
      '“a b” is left out: it is no ID; 1 piece is left out: it is no ID; 1 more are left out; 2 more tasks are left out: at most 1,000 are tracked at once; 1 more session is left out: at most 200 are looked up at once',
    );
  });

  it('says why something could not be looked up, and what helps', () => {
    const said = (kind: CloudErrorKind, ids: number, sessions: number, host = 'cloud.example') =>
      lookupMessage(
        {
          lookupError: new CloudError(kind, 'ordered'),
          failedIdCount: ids,
          failedSessionCount: sessions,
        },
        host,
      );
    assert.equal(lookupMessage({ failedIdCount: 0, failedSessionCount: 0 }, 'h'), undefined);
    assert.deepEqual(said('invalidRequest', 1, 0), {
      text: '1 ID is not tracked: cloud.example does not take this for an ID. Check it.',
      nextStep: 'showLog',
    });
    assert.deepEqual(said('invalidRequest', 0, 1), {
      text: "The session's tasks are not tracked: cloud.example does not take this for a session. Check the link.",
      nextStep: 'showLog',
    });
    assert.deepEqual(said('noKey', 1, 1), {
      text: "1 ID and the session's tasks are not tracked: There is no API key for cloud.example yet. Set one, and tracking goes on.",
      nextStep: 'setApiKey',
    });
    assert.deepEqual(said('rateLimited', 0, 2), {
      text: 'The tasks of 2 sessions are not tracked: cloud.example asks to slow down. Track it again in a while.',
      nextStep: 'showLog',
    });
    assert.deepEqual(said('server', 2, 0), {
      text: '2 IDs are not tracked: cloud.example has trouble of its own. Track it again in a while.',
      nextStep: 'showLog',
    });
    assert.deepEqual(said('taskNotFound', 0, 1), {
      text: "The session's tasks are not tracked: cloud.example knows no such session for this API key. Check the link, or set the key of the account that the session belongs to.",
      nextStep: 'setApiKey',
    });
    for (const [host, other, url] of [
      ['api.browser-use.com', 'EU', 'https://api.eu.browser-use.com'],
      ['api.eu.browser-use.com', 'US', 'https://api.browser-use.com'],
    ] as const)
      assert.ok(
        said('taskNotFound', 1, 0, host)?.text.endsWith(
          `belongs to. The ${other} region has tasks and API keys of its own: for those, set the base URL to ${url}.`,
        ),
      );
  });

  it('opens the settings where links lead to another region', () => {
    const text = 'https://cloud.eu.browser-use.com/runs/c0ffee00-1234-4abc-9def-0123456789ab';
    const message = otherRegionMessage(parseTaskInput(text, undefined), 'api.browser-use.com');
    assert.deepEqual(message, {
      text: 'These links lead to the EU region of Browser Use Cloud, which has tasks and API keys of its own. Set the base URL to https://api.eu.browser-use.com to track them.',
      nextStep: 'openSettings',
    });
  });
});

describe('the box for a paste', () => {
  it('says what the paste names, if anything', () => {
    const session = { id: 's' };
    const ref = { apiVersion: 'v2', id: 'a' } as const;
    assert.ok(!namesAny(input));
    for (const named of [{ refs: [ref] }, { ids: ['a'] }, { sessions: [session] }])
      assert.ok(namesAny({ ...input, ...named }));
    const label = (named: Partial<typeof input>) => namedLabel({ ...input, ...named });
    assert.equal(label({ refs: [ref], ids: ['b'] }), '2 tasks');
    assert.equal(label({ sessions: [session] }), 'all of 1 session');
    assert.equal(label({ ids: ['b'], sessions: [session] }), '1 task and all of 1 session');
  });

  it('says that words are in none of the tasks that were read, and whether these are all', () => {
    assert.equal(notFoundLabel(2100, false), 'Not found in the 2,100 tasks read so far');
    assert.equal(notFoundLabel(1202, true), 'Not found among all 1,202 tasks');
    assert.equal(notFoundLabel(1, true), 'Not found in the only task');
    assert.equal(notFoundLabel(0, true), 'This names no task');
  });
});
