import assert from 'node:assert/strict';
import { reportSkipped, reportStorage } from '../../src/ui/account/connectParts';
import { Log } from '../../src/ui/log';
import { Person } from './person';

describe('messages of the files of tracked tasks', () => {
  let person: Person;
  let lines: string[];
  let log: Log;
  let shown: number;

  beforeEach(() => {
    person = new Person();
    lines = [];
    shown = 0;
    log = Object.assign(new Log('Storage'), {
      warn: (line: string) => lines.push(line),
      error: (what: string, error: unknown) => lines.push(`${what}: ${String(error)}`),
      show: () => shown++,
    });
  });

  afterEach(() => {
    person.end();
    log.dispose();
  });

  it('count tasks that are left out in one, and name every file in the log', async () => {
    person.press = ({ buttons }) => buttons[0];
    const why = 'it cannot be read (EACCES)';
    reportSkipped(
      [
        { name: 'v2-a.json', why, isTask: true },
        { name: 'notes.txt', why, isTask: false },
        { name: 'v2-b.json', why, isTask: true },
      ],
      log,
    );
    await new Promise(setImmediate);
    assert.deepEqual(person.seen, [
      {
        severity: 'warning',
        text: '2 tracked tasks could not be read and are left out; their files are kept.',
        buttons: ['Show Log'],
        isModal: false,
      },
    ]);
    assert.equal(shown, 1);
    assert.equal(lines.length, 3);
    assert.equal(lines[1], `The task file notes.txt is left alone: ${why}`);
  });

  it('say nothing of files that are nobody’s task', async () => {
    reportSkipped([{ name: 'notes.txt', why: 'it does not hold a task', isTask: false }], log);
    await new Promise(setImmediate);
    assert.deepEqual(person.seen, []);
    assert.equal(lines.length, 1);
  });

  it('say that the folder is read and written again, and open the log only where that is asked for', async () => {
    reportStorage('load', new Error('too many'), log);
    reportStorage('save', new Error('disk full'), log);
    await new Promise(setImmediate);
    assert.deepEqual(
      person.seen.map(({ severity, buttons }) => [severity, ...buttons]),
      [
        ['error', 'Show Log'],
        ['error', 'Show Log'],
      ],
    );
    for (const { text } of person.seen) assert.match(text, /tried again each minute/u);
    assert.equal(shown, 0);
    assert.deepEqual(lines, [
      'The tracked tasks cannot be read: Error: too many',
      'The tracked tasks cannot be saved: Error: disk full',
    ]);
  });
});
