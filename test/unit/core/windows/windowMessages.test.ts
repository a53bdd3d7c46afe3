import assert from 'node:assert/strict';
import { taskFieldsOf } from '../../../../src/core/tasks/taskRecord';
import {
  parseToFollower,
  parseToLeader,
  type ToFollower,
  type ToLeader,
} from '../../../../src/core/windows/windowMessages';
import { aTask } from '../../../fakes/aTask';

const ref = { apiVersion: 'v2', id: 'a1' } as const;
const refs = [ref, { apiVersion: 'v1', id: 'b' }] as const;
const patches = [
  { added: aTask() },
  { removed: ref },
  { of: ref, set: { status: 'failed', rawStatus: 'failed' }, unset: ['cost'] },
] as const;
const notice = { text: 'Finished: Do a', refs: [ref], isWarning: false };
const pause = { kind: 'rateLimited', until: 5, apiVersion: 'v1' } as const;
const state = { activeCount: 2, isPolling: true, checkedAt: 7, pauses: [pause] };

const toFollower: readonly ToFollower[] = [
  { type: 'tasks', tasks: [aTask(), aTask({ id: 'b' })], isLast: true },
  { type: 'tasks', tasks: [], isLast: false },
  { type: 'patches', patches },
  { type: 'state', state },
  { type: 'ended', refs },
  { type: 'announced', refs },
  { type: 'refreshed', id: 3 },
  { type: 'pong', id: 7 },
  { type: 'notify', id: 4, announcement: { notice } },
  { type: 'notify', id: 5, announcement: { pause } },
];

const toLeader: readonly ToLeader[] = [
  { type: 'patches', patches },
  { type: 'patches', patches, at: 8 },
  { type: 'ended', refs },
  { type: 'attention', attention: 'watching' },
  { type: 'attention', attention: 'hidden' },
  { type: 'attention', attention: 'away' },
  { type: 'key', hasKey: true },
  { type: 'key', hasKey: false },
  { type: 'refresh', id: 1, refs },
  { type: 'refresh', id: 2, refs: undefined },
  { type: 'notified', id: 6 },
  { type: 'ping', id: 7 },
];

const noMessages: readonly string[] = [
  '',
  '{',
  'null',
  '7',
  '"tasks"',
  '[]',
  '{}',
  '{"type":"other"}',
  '{"type":["tasks"],"tasks":[]}',
];

describe('messages between windows', () => {
  for (const message of toFollower)
    it(`come to a follower as they were sent: ${message.type}`, () => {
      assert.deepEqual(parseToFollower(JSON.stringify(message)), message);
    });

  for (const message of toLeader)
    it(`come to the leader as they were sent: ${message.type}`, () => {
      assert.deepEqual(parseToLeader(JSON.stringify(message)), message);
    });

  for (const text of noMessages)
    it(`are none: ${text}`, () => {
      assert.equal(parseToFollower(text), undefined);
      assert.equal(parseToLeader(text), undefined);
    });

  for (const [type, fields] of [
    ['tasks', { tasks: {} }],
    ['patches', { patches: 'none' }],
    ['state', { state: null }],
    ['state', { state: { ...state, activeCount: 'two' } }],
    ['state', { state: { ...state, isPolling: 1 } }],
    ['state', { state: { ...state, pauses: pause } }],
    ['ended', {}],
    ['announced', { refs: ref }],
    ['refreshed', { id: '3' }],
    ['notify', { id: 1 }],
    ['notify', { announcement: { notice } }],
    ['notify', { id: 1, announcement: { pause: { kind: 'weather' } } }],
    ['notify', { id: 1, announcement: { pause: null, notice } }],
    ['notify', { id: 1, announcement: { notice: { ...notice, text: 1 } } }],
    ['notify', { id: 1, announcement: { notice: { ...notice, isWarning: 'no' } } }],
    ['notify', { id: 1, announcement: { notice: { ...notice, refs: undefined } } }],
  ] as const)
    it(`are nothing to a follower: ${type} with ${JSON.stringify(fields)}`, () => {
      assert.equal(parseToFollower(JSON.stringify({ type, ...fields })), undefined);
    });

  for (const [type, fields] of [
    ['patches', {}],
    ['ended', { refs: 'all' }],
    ['attention', { attention: 'asleep' }],
    ['refresh', { refs }],
    ['notified', { id: null }],
  ] as const)
    it(`are nothing to the one that polls: ${type} with ${JSON.stringify(fields)}`, () => {
      assert.equal(parseToLeader(JSON.stringify({ type, ...fields })), undefined);
    });

  it('lose what cannot be read, and no more', () => {
    const half = { type: 'tasks', tasks: [null, 7, { id: 'no task' }, aTask()], isLast: 'yes' };
    assert.deepEqual(parseToFollower(JSON.stringify(half)), {
      type: 'tasks',
      tasks: [aTask()],
      isLast: false,
    });
    const odd = {
      type: 'state',
      state: { ...state, checkedAt: 'now', pauses: [{}, { kind: 'auth' }] },
    };
    assert.deepEqual(parseToFollower(JSON.stringify(odd)), {
      type: 'state',
      state: {
        activeCount: 2,
        isPolling: true,
        checkedAt: undefined,
        pauses: [{ kind: 'auth', until: undefined, apiVersion: undefined }],
      },
    });
    assert.deepEqual(parseToLeader(JSON.stringify({ type: 'ended', refs: [ref, {}, null] })), {
      type: 'ended',
      refs: [ref],
    });
    assert.deepEqual(parseToLeader('{"type":"key","hasKey":"yes"}'), {
      type: 'key',
      hasKey: false,
    });
  });
});

describe('fields of a task', () => {
  for (const trouble of [
    null,
    'auth',
    7,
    {},
    { kind: 'auth' },
    { since: 1 },
    { kind: 'rain', since: 1 },
  ])
    it(`hold no trouble such as ${JSON.stringify(trouble)}`, () => {
      assert.deepEqual(taskFieldsOf({ id: 'a', trouble }), { id: 'a' });
    });

  it('hold a trouble, every status, and nothing of another name', () => {
    const trouble = { kind: 'auth', since: 1 };
    assert.deepEqual(taskFieldsOf({ trouble, toString: 'x' }), { trouble });
    for (const status of [
      'created',
      'running',
      'paused',
      'finished',
      'stopped',
      'failed',
      'unknown',
    ])
      assert.deepEqual(taskFieldsOf({ status }), { status });
  });
});
