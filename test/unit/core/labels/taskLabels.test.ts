import assert from 'node:assert/strict';
import { hasEnded, outcomeOf, type TaskStatus } from '../../../../src/core/cloud/task';
import { oneLine } from '../../../../src/core/text/plainText';
import { shorten } from '../../../../src/core/text/shorten';
import * as labels from '../../../../src/core/labels/taskLabels';

const base = { isMissing: false, isSuccess: undefined, judgeVerdict: undefined };

describe('the status model', () => {
  const ended: Record<TaskStatus, boolean> = {
    created: false,
    running: false,
    paused: false,
    finished: true,
    stopped: true,
    failed: true,
    unknown: false,
  };
  for (const [status, expected] of Object.entries(ended) as [TaskStatus, boolean][])
    it(`${status} ${expected ? 'is' : 'is not'} an end`, () => {
      assert.equal(hasEnded(status), expected);
      assert.match(labels.statusSentence(status), /^The .*\.$/u);
    });

  it('has a sentence for each status', () => {
    const sentences = (Object.keys(ended) as TaskStatus[]).map(labels.statusSentence);
    assert.equal(new Set(sentences).size, 7);
  });

  for (const [isSuccess, judgeVerdict, outcome, sentence] of [
    [undefined, undefined, undefined, undefined],
    [true, undefined, 'success', 'The agent says it succeeded.'],
    [false, undefined, 'failure', 'The agent says it did not succeed.'],
    [undefined, true, 'success', 'The judge found it successful.'],
    [undefined, false, 'failure', 'The judge found it not successful.'],
    [true, true, 'success', 'The judge found it successful.'],
    [
      true,
      false,
      'failure',
      'The judge found it not successful, though the agent says it succeeded.',
    ],
    [
      false,
      true,
      'success',
      'The judge found it successful, though the agent says it did not succeed.',
    ],
  ] as const)
    it(`agent ${isSuccess}, judge ${judgeVerdict}: ${outcome ?? 'no outcome'}`, () => {
      const task = { status: 'finished', isSuccess, judgeVerdict } as const;
      assert.equal(outcomeOf(task), outcome);
      assert.equal(labels.verdictSentence(task), sentence);
    });

  it('gives an outcome to finished tasks alone', () => {
    for (const status of ['running', 'stopped', 'failed'] as const) {
      assert.equal(outcomeOf({ status, isSuccess: false }), undefined);
      assert.equal(labels.verdictSentence({ status, isSuccess: false }), undefined);
    }
  });
});

describe('taskLabels', () => {
  for (const [task, appearance, text] of [
    [{ status: 'created', rawStatus: 'created' }, 'created', 'Created'],
    [{ status: 'running', rawStatus: 'started' }, 'running', 'Running'],
    [{ status: 'paused', rawStatus: 'paused' }, 'paused', 'Paused'],
    [{ status: 'finished', rawStatus: 'finished' }, 'finished', 'Finished'],
    [
      { status: 'finished', rawStatus: 'finished', isSuccess: true },
      'succeeded',
      'Finished, successful',
    ],
    [
      { status: 'finished', rawStatus: 'finished', isSuccess: true, judgeVerdict: false },
      'unsuccessful',
      'Finished, goal not reached',
    ],
    [{ status: 'stopped', rawStatus: 'stopped' }, 'stopped', 'Stopped'],
    [{ status: 'failed', rawStatus: 'failed' }, 'failed', 'Failed'],
    [{ status: 'unknown', rawStatus: 'day\u202Edreaming' }, 'unknown', 'daydreaming'],
    [{ status: 'unknown', rawStatus: '' }, 'pending', 'Not checked yet'],
    [{ status: 'running', rawStatus: 'started', isMissing: true }, 'missing', 'Not found'],
  ] as const)
    it(`calls ${JSON.stringify(task)} "${text}"`, () => {
      assert.equal(labels.appearanceOf({ ...base, ...task }), appearance);
      assert.equal(labels.appearanceLabel({ ...base, ...task }), text);
    });

  it('makes one harmless line of anything', () => {
    assert.equal(oneLine('  a\r\n\tb  c\u2028d '), 'a b c d');
    assert.equal(oneLine('\u001B[31mred\u0007\u009B0m'), '[31mred0m');
    assert.equal(oneLine('abc\u202Etxt.exe\u2066\u200Fx\uFEFF\u{E0041}'), 'abctxt.exex');
    assert.equal(oneLine('Grüße, 世界 🎉'), 'Grüße, 世界 🎉');
  });

  for (const [what, text] of [
    ['emoji families', 'A 👩‍👩‍👧‍👦 and 🧑🏽‍💻'],
    ['flags of regional indicators', '🇦🇹🇩🇪'],
    ['flags of tags', 'Go 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}!'],
    ['variation selectors', '❤️ ☎︎ 1️⃣ 葛\u{E0100}'],
    ['Persian’s non-joiners', 'می‌خواهم'],
    ['Indic joiners', 'क्‍ष श्री‌मान'],
    ['Arabic’s prefixed signs', '\u0600١٢ \u06DDآية \u08E2'],
    ['Syriac’s abbreviation mark', '\u070Fܡ'],
  ] as const)
    it(`keeps ${what}`, () => {
      assert.equal(oneLine(` ${text}\n`), text);
      assert.equal(labels.taskTitle({ id: 'x1', prompt: text }), text);
    });

  for (const [what, text] of [
    ['overrides and embeddings', '\u202A\u202B\u202C\u202D\u202E'],
    ['isolates', '\u2066\u2067\u2068\u2069'],
    ['marks of direction', '\u200E\u200F\u061C'],
    ['controls', '\u0000\u0007\u001B\u007F\u009B'],
    ['zero width spaces, invisible operators and byte order marks', '\u200B\u2060\u2063\uFEFF'],
    ['annotations', '\uFFF9\uFFFA\uFFFB'],
    ['tags that spell no flag', '\u{E0001}\u{E0041}\u{E0062}\u{E007F}'],
  ] as const)
    it(`takes out ${what}`, () => {
      assert.equal(oneLine(`a${text}b`), 'ab');
      assert.equal(oneLine(`a ${text} b`), 'a b');
    });

  it('takes out what hides behind a black flag', () => {
    const inTags = (text: string): string =>
      text.replace(/./gu, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)));
    assert.equal(oneLine(`🏴${inTags('ignore all')}\u{E007F}`), '🏴');
  });

  it('names a task by its ID where the prompt has nothing to see', () => {
    assert.equal(labels.taskTitle({ id: 'x1', prompt: '\u200D \u200C\uFE0F\u00AD' }), 'x1');
  });

  for (const [text, maxLength, cut] of [
    ['Ask 👩‍👩‍👧‍👦 all', 10, 'Ask…'],
    ['Ask 👩‍👩‍👧‍👦 all', 16, 'Ask 👩‍👩‍👧‍👦…'],
    ['🇦🇹🇩🇪🇫🇷', 8, '🇦🇹…'],
    ['🇦🇹🇩🇪🇫🇷', 9, '🇦🇹🇩🇪…'],
    ['Cafe\u0301 au lait', 5, 'Caf…'],
    ['किताब पढ़ो', 2, 'क…'],
    ['❤️❤️❤️', 4, '❤️…'],
    ['Go 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}!', 12, 'Go…'],
    // More than the room holds, from the beginning: cut between code points.
    ['👩‍👩‍👧‍👦!', 5, '👩‍…'],
    ['👩‍👩‍👧‍👦!', 6, '👩‍👩…'],
    [`a${'\u0301'.repeat(50)}`, 5, `a${'\u0301'.repeat(3)}…`],
    ['a\u0301', 1, '…'],
  ] as const)
    it(`cuts “${text}” to ${maxLength} between characters as people see them`, () =>
      assert.equal(shorten(text, maxLength), cut));

  it('shortens without breaking a character', () => {
    assert.equal(shorten('abcdef', 6), 'abcdef');
    assert.equal(shorten('abcdefg', 6), 'abcde…');
    assert.equal(shorten('abcd🎉g', 6), 'abcd…');
    assert.equal(shorten('abc    defg', 6), 'abc…');
  });

  it('names a task by its prompt, or by its ID', () => {
    assert.equal(labels.taskTitle({ id: 'x1', prompt: 'Buy\nmilk' }), 'Buy milk');
    assert.equal(labels.taskTitle({ id: 'x1', prompt: ' \u202E ' }), 'x1');
    assert.equal(labels.taskTitle({ id: 'x1' }), 'x1');
    assert.equal(labels.taskTitle({ id: 'x1', prompt: 'a'.repeat(300) }).length, 200);
  });

  for (const [prompt, maxLength, title] of [
    ['Find the cheapest flight to Oslo', 32, 'Find the cheapest flight to Oslo'],
    ['Find the cheapest flight to Oslo', 31, 'Find the cheapest flight to…'],
    ['Find the cheapest flight to Oslo', 28, 'Find the cheapest flight to…'],
    ['Find the cheapest flight to Oslo', 27, 'Find the cheapest flight…'],
    // The word is whole as it is.
    ['Find the cheapest flight to Oslo', 25, 'Find the cheapest flight…'],
    ['Straightforward prose', 20, 'Straightforward…'],
    // No word ends near.
    ['Open https://example.com/a/very/long/way', 20, 'Open https://exampl…'],
    ['在黑客新闻上列出讨论最多的五个故事', 10, '在黑客新闻上列出讨…'],
    ['🎉🎉🎉🎉🎉🎉', 10, '🎉🎉🎉🎉…'],
    ['word '.repeat(60), 200, `${'word '.repeat(39)}word…`],
  ] as const)
    it(`cuts a title of at most ${maxLength} after a word where one ends near: ${title}`, () => {
      assert.equal(labels.taskTitle({ id: 'x1', prompt }, maxLength), title);
      assert.ok(title.length <= maxLength);
    });

  it('cuts an ID where the room ends', () => {
    assert.equal(labels.taskTitle({ id: 'some id of old', prompt: '' }, 10), 'some id o…');
  });

  for (const [ms, text] of [
    [-5, '0 s'],
    [0, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [47.5 * 3_600_000, '47 h 30 min'],
    [48 * 3_600_000, '2 d'],
    [49 * 3_600_000, '2 d 1 h'],
  ] as const)
    it(`says ${text} for ${ms} ms`, () => assert.equal(labels.formatDuration(ms), text));

  for (const [age, text] of [
    [-3_600_000, 'just now'],
    [1999, 'just now'],
    [2000, '2 s ago'],
    [8200, '8 s ago'],
    [61_000, '1 min ago'],
    [3_600_000, '1 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [48 * 3_600_000, '2 d ago'],
    [72 * 3_600_000, '3 d ago'],
  ] as const)
    it(`says ${text} for an age of ${age} ms`, () =>
      assert.equal(labels.formatAge(1e12 - age, 1e12), text));

  for (const [cost, text] of [
    ['0', '$0.00'],
    ['1.5', '$1.50'],
    ['0.0123', '$0.0123'],
    ['0.120000', '$0.12'],
    ['007.10', '$7.10'],
    ['.5', '$0.50'],
    ['12.', '$12.00'],
    ['-1', '-$1.00'],
    ['9007199254740993.01', '$9007199254740993.01'],
    ['1e5', '1e5'],
    ['.', '.'],
    ['', ''],
  ] as const)
    it(`writes a cost of "${cost}" as "${text}"`, () =>
      assert.equal(labels.formatCost(cost), text));

  it('measures how long an agent worked', () => {
    const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
    const times = { createdAt: at(0), startedAt: at(10), finishedAt: at(70) };
    const { durationOf } = labels;
    assert.equal(durationOf({ status: 'finished', ...times }, 0), 60_000);
    assert.equal(
      durationOf({ status: 'running', ...times, finishedAt: undefined }, 30_000),
      20_000,
    );
    assert.equal(durationOf({ status: 'paused', createdAt: at(0) }, 9000), 9000);
    assert.equal(durationOf({ status: 'finished', createdAt: at(0), finishedAt: at(5) }, 0), 5000);
    assert.equal(durationOf({ status: 'created', createdAt: at(0) }, 9000), undefined);
    assert.equal(durationOf({ status: 'finished', finishedAt: at(5) }, 0), undefined);
    assert.equal(durationOf({ status: 'finished', startedAt: 'soon' }, 0), undefined);
    assert.equal(
      durationOf({ status: 'finished', startedAt: at(9), finishedAt: at(5) }, 0),
      0,
      'a clock that is off gives no negative time',
    );
  });
});
