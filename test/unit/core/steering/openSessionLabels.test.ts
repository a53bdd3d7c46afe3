import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import {
  isBusy,
  openSessionDescription,
  openSessionLink,
  openSessionSentence,
  openSessionsMessage,
  openSessionsSummary,
  openSessionTitle,
  openSessionTooltip,
  stoppedMessage,
  stopOpenQuestion,
} from '../../../../src/core/steering/openSessionLabels';
import type {
  OpenEntry,
  OpenSessionsState,
  StoppedEntry,
} from '../../../../src/core/steering/openSessions';
import { parseTaskInput } from '../../../../src/core/input/taskInput';
import { aTask } from '../../../fakes/aTask';

const now = Date.UTC(2026, 0, 13, 12);
const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
const formatTime = (moment: number): string => new Date(moment).toISOString().slice(11, 16);

const anEntry = (more: Partial<OpenEntry> = {}): OpenEntry => ({
  apiVersion: 'v4',
  kind: 'browser',
  id: '1a2b3c4d-0000-4000-8000-000000000000',
  sessionId: 's1',
  startedAt: at(-25),
  closesAt: at(5),
  cost: '0.0512',
  isStopping: false,
  ...more,
});
const running = aTask({ id: 'r', apiVersion: 'v4', sessionId: 's1', prompt: 'Runs in it' });
const ended = aTask({ ...running, id: 'e', prompt: 'Ran in it', status: 'finished' });
const elsewhere = aTask({ ...running, id: 'x', apiVersion: 'v2', prompt: 'Of another version' });

/** Of which the cloud tells nothing but that it is open. */
const bare: OpenEntry = {
  apiVersion: 'v2',
  kind: 'session',
  id: 's9',
  sessionId: 's9',
  isStopping: false,
};

describe('something that is open at the cloud', () => {
  it('is named after the tracked task that runs in it, else the one that ran in it', () => {
    assert.equal(openSessionTitle(anEntry(), [ended, running]), 'Runs in it');
    assert.equal(openSessionTitle(anEntry(), [ended, elsewhere]), 'Ran in it');
    const newer = { ...ended, id: 'n', prompt: 'Ran last', trackedAt: ended.trackedAt + 1 };
    assert.equal(openSessionTitle(anEntry(), [ended, newer]), 'Ran last');
  });

  it('is named after what the cloud calls it, or by its kind and ID, where no task is tracked', () => {
    assert.equal(openSessionTitle(anEntry({ title: ' A\u202E\nname ' }), [elsewhere]), 'A name');
    assert.equal(openSessionTitle(anEntry(), []), 'Browser 1a2b3c4d…');
    const session = anEntry({ kind: 'session', id: 's1', title: '\u200B' });
    assert.equal(openSessionTitle(session, []), 'Session s1');
    assert.ok(openSessionTitle(anEntry({ title: 'x'.repeat(5000) }), []).length <= 200);
  });

  it('is in use as the cloud says, or as tracked tasks show; else nobody knows', () => {
    assert.equal(isBusy(anEntry(), []), undefined);
    assert.equal(isBusy(anEntry({ isBusy: true }), [ended]), true);
    assert.equal(isBusy(anEntry(), [ended]), false);
    assert.equal(isBusy(anEntry({ isBusy: false }), [running]), true, 'the newest that is known');
  });

  it('tells since when and until when it is open, and what it cost', () => {
    const options = { tasks: [ended], now, formatTime };
    assert.equal(
      openSessionDescription(anEntry(), options),
      'idle · $0.0512 · 25 min · until 12:05 · v4',
    );
    assert.equal(
      openSessionDescription(
        anEntry({ startedAt: 'never', closesAt: undefined, cost: undefined, isStopping: true }),
        options,
      ),
      'stopping… · v4',
    );
    assert.equal(
      openSessionDescription(anEntry({ startedAt: at(-1) }), options),
      'idle · $0.0512 · 1 min · until 12:05 · v4',
    );
    assert.equal(openSessionDescription(bare, options), 'v2');
    assert.equal(openSessionSentence(bare, options), 'Open session “Session s9”: v2.');
    assert.equal(
      openSessionSentence(anEntry({ startedAt: at(0) }), { ...options, tasks: [running] }),
      'Open browser “Runs in it”: in use, open for <1 min, closes by itself at 12:05, cost so far $0.0512, v4.',
    );
  });

  it('has a link by which its tasks are tracked, where its session is known', () => {
    const linkOf = (more: Partial<OpenEntry>) =>
      openSessionLink(anEntry(more), 'https://api.browser-use.com') ?? '';
    const id = '5d0c7a1e-0000-4000-8000-0000000000aa';
    const named = (link: string) => {
      const { refs, sessions } = parseTaskInput(link, undefined);
      return [...refs, ...sessions].map((each) => `${each.apiVersion} ${each.id}`);
    };
    for (const apiVersion of ['v2', 'v3', 'v4'] as const)
      assert.deepEqual(named(linkOf({ apiVersion, sessionId: id })), [`${apiVersion} ${id}`]);
    assert.deepEqual(
      named(linkOf({ apiVersion: 'v2', kind: 'session', id, sessionId: undefined })),
      [`v2 ${id}`],
    );
    assert.equal(linkOf({ sessionId: undefined }), '');
  });

  it('has a tooltip in plain lines', () => {
    assert.deepEqual(openSessionTooltip(anEntry(), { tasks: [ended], formatTime }), [
      'Task: Ran in it',
      'No task runs in it; it costs money all the same.',
      'Open since: 11:35',
      'Closes by itself: 12:05',
      'Cost so far: $0.0512 (browser and proxy)',
      'API v4, browser ID 1a2b3c4d-0000-4000-8000-000000000000',
      'Session ID s1',
    ]);
    const many = Array.from({ length: 7 }, (_, index) => ({ ...ended, id: `e${index}` }));
    const lines = openSessionTooltip(anEntry(), { tasks: many, formatTime });
    assert.equal(lines[5], 'and 2 more tracked tasks');
    const five = openSessionTooltip(anEntry(), { tasks: many.slice(2), formatTime });
    assert.equal(five[5], 'No task runs in it; it costs money all the same.');
    assert.deepEqual(openSessionTooltip(bare, { tasks: [], formatTime }), [
      'None of its tasks is tracked here.',
      'API v2, session ID s9',
    ]);
    const busy = { ...bare, isBusy: true, cost: '0.05' };
    assert.deepEqual(openSessionTooltip(busy, { tasks: [], formatTime }).slice(1, 3), [
      'A task runs in it.',
      'Cost so far: $0.05',
    ]);
    const foreign = anEntry({ sessionId: undefined });
    assert.match(
      openSessionTooltip(foreign, { tasks: [], formatTime }).at(-1) ?? '',
      /browser ID/u,
    );
  });
});

describe('the view of what is open', () => {
  const state = (more: Partial<OpenSessionsState> = {}): OpenSessionsState => ({
    entries: [],
    isReading: false,
    readAt: now,
    ...more,
  });
  const trouble = { apiVersion: 'v4', error: new CloudError('network', 'gone') } as const;

  it('says how many are open and idle', () => {
    assert.equal(openSessionsSummary(state(), []), '');
    assert.equal(openSessionsSummary(state({ entries: [anEntry()] }), []), '1 open');
    const entries = [anEntry(), anEntry({ id: 'b2', sessionId: 's2', isBusy: false })];
    assert.equal(openSessionsSummary(state({ entries }), [running]), '2 open, 1 idle');
    assert.equal(openSessionsSummary(state({ entries }), [ended]), '2 open, 2 idle');
  });

  it('says that nothing is open only once it knows', () => {
    assert.equal(openSessionsMessage(state({ readAt: undefined }), 'h'), '');
    assert.equal(openSessionsMessage(state({ isReading: true }), 'h'), '');
    assert.equal(openSessionsMessage(state(), 'h'), 'No session or browser is open.');
    assert.equal(openSessionsMessage(state({ entries: [anEntry()] }), 'h'), '');
  });

  it('says that older ones may be open where only a part was read', () => {
    const message =
      'Only the newest sessions of v3 were read, as there are so many: older ones may be open, too.';
    assert.equal(openSessionsMessage(state({ partOf: 'v3' }), 'h'), message);
    assert.equal(openSessionsMessage(state({ partOf: 'v3', entries: [anEntry()] }), 'h'), message);
  });

  it('says why it does not know', () => {
    assert.match(
      openSessionsMessage(state({ trouble }), 'api.example'),
      /^What is open is not known\. api\.example cannot be reached\./u,
    );
    assert.match(
      openSessionsMessage(state({ trouble, entries: [anEntry()] }), 'api.example'),
      /^This list may be out of date\. api\.example cannot be reached\./u,
    );
  });
});

describe('the question before what is open is stopped', () => {
  const idle = anEntry({ id: 'i', sessionId: 's2', isBusy: false });
  const busy = anEntry({ id: 'b', isBusy: true, title: 'A\n\nB' });
  const open = anEntry({ id: 'o', sessionId: 's3' });

  it('is none for one that is known to be idle', () => {
    assert.equal(stopOpenQuestion([idle], []), undefined);
    assert.equal(stopOpenQuestion([], []), undefined);
  });

  it('is none for several that are known to be idle, but where they are all there is', () => {
    const idleToo = { ...idle, id: 'i2' };
    assert.equal(stopOpenQuestion([idle, idleToo], []), undefined);
    assert.equal(
      stopOpenQuestion([idle, idleToo], [], true)?.text,
      'Stop all 2 open sessions and browsers?',
    );
    const some = stopOpenQuestion([idle, busy], []);
    assert.equal(some?.text, 'Stop 2 sessions and browsers?');
    assert.equal(some?.button, 'Stop 2');
  });

  it('says of one what is lost', () => {
    const one = stopOpenQuestion([busy], []);
    assert.equal(one?.text, 'Stop the browser “A B”?');
    assert.equal(
      one?.detail,
      'A task runs in it: it ends where it is, and what it has not delivered yet is lost.\n\nPages that are open in a browser are closed with it.',
    );
    assert.equal(one.button, 'Stop Browser');
    assert.match(stopOpenQuestion([open], [])?.detail ?? '', /^It is not known whether/u);
  });

  it('counts all, names those in use, and offers the idle ones', () => {
    const all = stopOpenQuestion([idle, busy, open], [], true);
    assert.equal(all?.text, 'Stop all 3 open sessions and browsers?');
    assert.match(
      all?.detail ?? '',
      /^One is in use: the task in it ends where it is.*\n• A B\n\nIt is not known whether a task runs in one of them\./u,
    );
    assert.deepEqual(all?.idle, [idle]);
    assert.equal(all?.button, 'Stop All');
    assert.match(
      stopOpenQuestion([busy, open, open], [])?.detail ?? '',
      /It is not known whether a task runs in 2 of them\./u,
    );
    const many = Array.from({ length: 8 }, (_, index) => ({ ...busy, id: `b${index}` }));
    assert.match(stopOpenQuestion(many, [])?.detail ?? '', /^8 are in use:[\s\S]*\nand 3 more\n/u);
  });
});

describe('the message about what was stopped', () => {
  const entry = anEntry();
  const refused = { kind: 'refused', error: new CloudError('forbidden', 'no') } as const;
  const unknown = { kind: 'unknown', error: new CloudError('network', 'gone') } as const;
  const done = { kind: 'done', value: undefined } as const;
  const cancelled = { kind: 'cancelled' } as const;
  const say = (...outcomes: StoppedEntry['outcome'][]) =>
    stoppedMessage(
      outcomes.map((outcome) => ({ entry, outcome })),
      { tasks: [ended], host: 'api.example' },
    );

  it('is none for one that is gone from the list, or was left as it is', () => {
    assert.equal(say(done), undefined);
    assert.equal(say(cancelled), undefined);
    assert.equal(say(), undefined);
  });

  it('says what became of one, and of several', () => {
    assert.match(
      say(refused)?.text ?? '',
      /^“Ran in it” could not be stopped\. api\.example says/u,
    );
    assert.match(
      say(unknown)?.text ?? '',
      /^“Ran in it” may have been stopped: the answer was lost/u,
    );
    assert.equal(say(unknown)?.severity, 'warning');
    assert.deepEqual(say(done, done), { severity: 'information', text: '2 stopped.' });
    assert.equal(say(done, cancelled)?.text, '1 of 2 stopped, 1 left as it is.');
    assert.equal(say(done, cancelled, cancelled)?.text, '1 of 3 stopped, 2 left as they are.');
    assert.match(
      say(done, refused, unknown)?.text ?? '',
      /^1 of 3 stopped, 1 may have been stopped, as the answer was lost, 1 could not be stopped\. api/u,
    );
  });
});
