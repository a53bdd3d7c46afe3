import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseTaskInput } from '../../../../src/core/input/taskInput';
import { rejectedMessage } from '../../../../src/core/tracking/trackingMessages';
import { pastes } from './pastes';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 100);

/** The tasks and sessions that a text names, in no order. */
function named(text: string): { readonly tasks: string[]; readonly sessions: string[] } {
  const { refs, sessions: named } = parseTaskInput(text, 'v2');
  const sessionIds = named.map(({ id }) => id);
  return {
    tasks: refs.map(({ apiVersion, id }) => `${apiVersion}/${id}`).sort(),
    sessions: [...sessionIds].sort(),
  };
}

describe('what people paste', () => {
  for (const { name, text, tasks = [], sessions = [], messagePattern } of pastes)
    it(`is understood: ${name}`, () => {
      assert.deepEqual(named(text), {
        tasks: tasks.map((task) => (/^v\d\//u.test(task) ? task : `v2/${task}`)).sort(),
        sessions: [...sessions].sort(),
      });
      const message = rejectedMessage(parseTaskInput(text, 'v2'));
      if (messagePattern) assert.match(message ?? '', messagePattern);
      else assert.equal(message, undefined);
    });

  for (const { name, text } of pastes)
    it(`names the same when it stands there twice: ${name}`, () => {
      assert.deepEqual(named(`${text}\n\n${text}`), named(text));
    });

  it('never repeats a key, whatever stands around it', () => {
    const key = 'bu_0123456789abcdef';
    for (const text of [
      key,
      `key=${key}`,
      `"${key}",`,
      `https://evil.example/?key=${key}`,
      `https://${key}@evil.example/`,
      `Authorization: Bearer ${key.slice(3)}`,
      `v1:${key}`,
      `api_key: ${key.slice(3)}`,
      `"token": "${key.slice(3)}"`,
      `password= ${key.slice(3)}`,
    ]) {
      const input = parseTaskInput(text, 'v2');
      assert.deepEqual(input.refs, [], text);
      assert.doesNotMatch(JSON.stringify([input, rejectedMessage(input)]), /0123456789/u, text);
    }
  });

  it('never repeats what opens a live browser or a shared page', () => {
    for (const text of [
      'https://live.browser-use.com?wss=secret1',
      'https://cloud.browser-use.com/live?wss=secret1',
      'wss://secret1.cdp0.browser-use.com/x1',
      'https://live.browser-use.com/secret1',
      'https://cloud.browser-use.com/share/secret1',
    ])
      assert.doesNotMatch(JSON.stringify(parseTaskInput(text, 'v2')), /secret1/u, text);
  });
});

/** A record of a log or a list in one of many shapes, each a line. */
const uuid = fc.uuid();
const record: fc.Arbitrary<string> = fc
  .tuple(uuid, uuid, uuid, fc.nat(99_999))
  .chain(([task, session, other, count]) =>
    fc.constantFrom(
      task,
      `task=${task}`,
      `session_id=${session}`,
      `${count} INFO task ${task} of session ${session} (HTTP ${count})`,
      `[${task}] user=${other} done`,
      `user_id: ${other}`,
      `"GET /api/v1/task/${task}/status" 200`,
      `https://cloud.browser-use.com/agent/${session}`,
      `https://other.example/${other}/x`,
      JSON.stringify({ id: task, sessionId: session, user: { id: other } }),
      JSON.stringify({ session: { id: session }, n: count }),
      `TaskView(id=UUID('${task}'), session_id=UUID('${session}'))`,
      `${session} ${other.replaceAll('-', '')}`,
      `nothing here but {"a": [1, 2`,
      '',
    ),
  );

/** Fewer than are read at once. */
const records = fc.array(record, { maxLength: 60 });

describe('a text of records', () => {
  it('names the same when it stands there twice', () => {
    fc.assert(
      fc.property(records, (lines) => {
        const text = lines.join('\n');
        assert.deepEqual(named(`${text}\n${text}`), named(text));
      }),
      { numRuns },
    );
  });

  it('names the same with its records in another order', () => {
    fc.assert(
      fc.property(
        records.chain((lines) =>
          fc.tuple(
            fc.constant(lines),
            fc.shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length }),
          ),
        ),
        ([lines, shuffled]) =>
          assert.deepEqual(named(shuffled.join('\n')), named(lines.join('\n'))),
      ),
      { numRuns },
    );
  });

  it('names the same as JSON in whatever layout and order', () => {
    const object = fc.record(
      { task_id: uuid, session_id: uuid, user: fc.record({ id: uuid }), count: fc.nat() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(object, { maxLength: 30 }), fc.nat(4), (objects, indent) => {
        const expected = named(JSON.stringify(objects));
        assert.deepEqual(named(JSON.stringify(objects.toReversed(), null, indent)), expected);
        assert.deepEqual(named(objects.map((it) => JSON.stringify(it)).join('\n')), expected);
      }),
      { numRuns },
    );
  });

  it('is read to its end, whatever it is made of', () => {
    const pieces = [
      '[',
      '{',
      '(',
      ']',
      '}',
      ')',
      '"',
      '\\',
      '/',
      ':',
      '\n',
      '  ',
      '|',
      ',',
      '-',
      '_',
      '…',

      '\u001b[',
      '\u001b]8;;',
      '\u200b',
      '–',
      'v1:',
      'https://',
      '?wss=',
      '&',
      'bu_',
      '@',
      '\ud83d',

      '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10',
      '0b5ad6a5-8a4f',
      'session',
      'id',
      'key',
      '2026-01-13',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const { refs, sessions } = parseTaskInput(parts.join(''), 'v2');
        for (const id of [...refs.map((ref) => ref.id), ...sessions.map(({ id }) => id)])
          assert.match(id, /^(?!bu_)[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/u);
      }),
      { numRuns },
    );
  });
});

/** So many megabytes of one piece, over and over. */
function filledWith(piece: string, megabytes: number): string {
  return piece.repeat(Math.ceil((megabytes * 1_000_000) / piece.length));
}

describe('much hostile text', () => {
  const id = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';
  const other = '5c3f1f6e-2f1d-4c86-b1a2-93a0a2b7c9d4';
  // Time that grows with the square of the length would be minutes: the suite's own limit is enough of a bound.
  const pieces = [
    '[',
    '{"a":[',
    '[]',
    '(',
    '"',
    '\\',
    '/',
    '\n',
    'a:\n',
    'id,task\n',
    '|',
    '-',
    '_-',
    ' ',

    'a1',
    '9',
    '0b5ad6a5-8a4f-',
    `${id}_`,
    `${id}-`,
    '0b5ad6a58a4f4f5e9d0e1d1f6a3c2b10',
    `${id}\n`,
    '\u001b[',
    '\u001b]8;',
    '\u001b]',
    '[1;',
    '\\u001b[',
    '\u200b',
    '–',
    '…',
    'abcdef1...',

    'https://',
    'https://a/b ',
    'a://',
    '://',
    'v1:',
    '/a',
    '&quot;',
    '@',
    `${id}@`,
    `/api/v2/tasks/${id}`,
    'session id is the ',
    'id ',
    'session:\n  ',
    '{"id":',
    'bu_',
  ];
  for (const piece of pieces)
    it(`is read: ${JSON.stringify(piece)}`, () => {
      const { refs } = parseTaskInput(`${filledWith(piece, 0.4)}\n\n${other}`, 'v2');
      assert.ok(refs.length <= 2);
    });

  it('is read: two megabytes of all of these', () => {
    const text = pieces.map((piece) => filledWith(piece, 2 / pieces.length)).join('\n\n');
    const { refs } = parseTaskInput(`${text}\n\n${other}`, 'v2');
    assert.ok(refs.length <= 2);
  });
});
