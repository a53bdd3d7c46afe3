import assert from 'node:assert/strict';
import type { TaskRef } from '../../src/core/cloud/task';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { NoticeQueue, seenNoteMs } from '../../src/core/notices/notices';
import { showAnnouncement, showNotice } from '../../src/ui/notifications/notifier';
import { Settings } from '../../src/ui/settings';
import type { Disposable } from '../../src/core/base/event';
import { aTask } from '../fakes/aTask';
import { fakeSession, serverAt } from '../fakes/fakeAccount';
import { FakeClock } from '../fakes/fakeClock';
import { set } from './extensionUnderTest';
import { Person } from './person';

describe('notices', () => {
  let store: TaskStore;
  let clock: FakeClock;
  let settings: Settings;
  let person: Person;
  let notifier: Disposable;
  let opened: string[];

  beforeEach(() => {
    store = new TaskStore();
    clock = new FakeClock();
    settings = new Settings();
    person = new Person();
    opened = [];
    const note = (what: string) => (ref: TaskRef) => {
      opened.push(`${what} ${ref.id}`);
      return Promise.resolve();
    };
    notifier = new NoticeQueue({
      store,
      clock,
      isEnabled: (kind) => settings.notifyOn.has(kind),
      show: (notice) =>
        void showNotice(notice, { openDetails: note('details'), showTasks: note('tasks') }),
    });
  });

  afterEach(async () => {
    notifier.dispose();
    person.end();
    settings.dispose();
    await set('notifyOn');
  });

  function end(id: string, status: 'finished' | 'failed' | 'stopped', more = {}): void {
    store.applyUpdate({ apiVersion: 'v2', id }, { status, rawStatus: status, ...more }, 1, true);
  }

  it('tell of an end, and open its details', async () => {
    store.replaceAll([aTask()]);
    person.press = () => 'Open Details';
    end('a1', 'finished', { isSuccess: true });
    await clock.advance(seenNoteMs);
    assert.deepEqual(person.seen, [
      {
        severity: 'information',
        text: 'Finished, successful: Find a flight',
        buttons: ['Open Details'],
        isModal: false,
      },
    ]);
    assert.deepEqual(opened, ['details a1']);
  });

  it('warn of what failed, and show several as one', async () => {
    store.replaceAll([aTask({ id: 'a' }), aTask({ id: 'b' })]);
    person.press = () => 'Show Tasks';
    end('a', 'failed');
    end('b', 'finished');
    await clock.advance(seenNoteMs);
    assert.equal(person.seen.length, 1);
    assert.equal(person.seen[0]?.severity, 'warning');
    assert.deepEqual(opened, ['tasks a']);
  });

  it('can be muted, each kind of end by itself', async () => {
    await set('notifyOn', ['failed']);
    store.replaceAll([aTask({ id: 'a' }), aTask({ id: 'b' })]);
    end('a', 'finished');
    end('b', 'failed');
    await clock.advance(seenNoteMs);
    assert.deepEqual(
      person.seen.map(({ text }) => text),
      ['Failed: Find a flight'],
    );
    await set('notifyOn', []);
    store.replaceAll([aTask({ id: 'c' })]);
    end('c', 'failed');
    await clock.advance(seenNoteMs);
    assert.equal(person.seen.length, 1);
  });

  it('never make a link of what a task says', async () => {
    store.replaceAll([aTask({ prompt: '[Click](command:workbench.action.quit)' })]);
    end('a1', 'finished');
    await clock.advance(seenNoteMs);
    assert.doesNotMatch(person.seen[0]?.text ?? '](', /\]\(/u);
  });

  it('change nothing of the state when nobody answers', async () => {
    store.replaceAll([aTask()]);
    end('a1', 'stopped');
    await clock.advance(seenNoteMs);
    assert.deepEqual(opened, []);
    assert.equal(store.tasks()[0]?.isUnseen, true);
  });

  it('open the details of their own session, whatever has taken its place when the person answers', async () => {
    const session = fakeSession(serverAt('https://here.example'));
    const owners: string[] = [];
    const revealed: TaskRef[] = [];
    const paused: unknown[] = [];
    const answer = (refs: readonly TaskRef[]): Promise<void> =>
      showAnnouncement(
        { notice: { text: 'Ended', refs, isWarning: false } },
        {
          session,
          features: () =>
            Promise.resolve({
              openDetails: ({ id }, { server }) => {
                owners.push(`${id} ${server.origin}`);
                return Promise.resolve();
              },
              notifyPause: (pause) => paused.push(pause),
            }),
          view: {
            reveal: (ref) => {
              revealed.push(ref);
              return Promise.resolve();
            },
          },
        },
      );
    const [a, b] = [aTask({ id: 'a' }), aTask({ id: 'b' })];
    person.press = ({ buttons }) => buttons[0];
    await answer([a, b]);
    assert.deepEqual(revealed, [a]);
    person.press = ({ buttons }) => {
      session.dispose();
      return buttons[0];
    };
    await answer([a, b]);
    await answer([a]);
    assert.deepEqual(revealed, [a], 'no row of another session');
    assert.deepEqual(owners, ['a https://here.example']);
    await showAnnouncement(
      { pause: { kind: 'auth' } },
      {
        session,
        features: () =>
          Promise.resolve({
            openDetails: () => assert.fail(),
            notifyPause: (pause) => paused.push(pause),
          }),
        view: { reveal: () => assert.fail() },
      },
    );
    assert.deepEqual(paused, [], 'a pause that is over');
  });
});
