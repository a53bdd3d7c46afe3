import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { rowTitles, wholeTitle, inTaskOrder } from '../../../../src/core/labels/taskRows';
import { refKey, type TaskRef } from '../../../../src/core/cloud/task';
import { oneLine } from '../../../../src/core/text/plainText';
import { aTask } from '../../../fakes/aTask';

/** What a side bar of 220 pixels shows of a label, in columns, as seen in VS Code. */
const visibleColumns = 22;

const batch = (beginning: string, ...ends: readonly string[]): readonly string[] =>
  ends.map((end) => `${beginning}${end}`);

function rowsOf(prompts: readonly string[]): { label: string; beginning?: string | undefined }[] {
  const tasks = prompts.map((prompt, index) => ({ ...refOf(index), prompt }));
  const titles = rowTitles(tasks);
  return tasks.map((task) => titles.get(refKey(task)) ?? assert.fail());
}

function labelsOf(prompts: readonly string[]): string[] {
  return rowsOf(prompts).map(({ label }) => label);
}

function refOf(index: number): TaskRef {
  return { apiVersion: 'v2', id: `t${index}` };
}

/** The first `columns` of a text, of which wide characters take two. */
function visible(label: string, columns = visibleColumns): string {
  let room = columns;
  let shown = '';
  for (const character of label) {
    room -= /\p{Lo}|\p{Extended_Pictographic}/u.test(character) ? 2 : 1;
    if (room < 0) break;
    shown += character;
  }
  return shown;
}

describe('the titles of rows', () => {
  it('are whole, as VS Code cuts them where it must', () => {
    const prompts = [
      'Find the cheapest direct train from Vienna to Venice, for two adults and a dog',
      'Order two items in the shop',
    ];
    assert.deepEqual(
      rowsOf(prompts),
      prompts.map((label) => ({ label })),
    );
    assert.deepEqual(wholeTitle({ ...refOf(1), prompt: prompts[0] }), { label: prompts[0] });
  });

  it('are at most 200 long, and the ID where there is no prompt', () => {
    assert.equal(labelsOf(['a'.repeat(5000)])[0]?.length, 200);
    const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
    assert.equal(wholeTitle({ apiVersion: 'v2', id, prompt: ' \u202E' }).label, id);
    assert.equal(wholeTitle({ apiVersion: 'v2', id }).label, id);
  });

  it('of a batch begin near where they differ, and say at the end how they begin', () => {
    const prompts = batch('Find the cheapest flight from Vienna to ', 'Oslo', 'Rome', 'New York');
    assert.deepEqual(rowsOf(prompts), [
      { label: '…to Oslo', beginning: 'Find the cheapest flight from Vienna…' },
      { label: '…to Rome', beginning: 'Find the cheapest flight from Vienna…' },
      { label: '…to New York', beginning: 'Find the cheapest flight from Vienna…' },
    ]);
  });

  it('of a batch begin there whatever stands between them', () => {
    const [first = '', ...others] = batch(
      'Find the cheapest flight from Vienna to ',
      'Rome',
      'Oslo',
    );
    const labels = labelsOf([first, 'Order two items in the shop', ...others]);
    assert.deepEqual(labels, ['…to Rome', 'Order two items in the shop', '…to Oslo']);
  });

  it('of a batch keep the word that begins eight characters before they differ', () => {
    assert.deepEqual(labelsOf(batch('Find a flight to go with ', 'Ada', 'Bo')), [
      '…go with Ada',
      '…go with Bo',
    ]);
  });

  for (const [what, prompts] of [
    ['cities', batch('Find the cheapest flight from Vienna to ', 'Oslo', 'Rome', 'Porto')],
    ['numbers', batch('Check the stock level of product number ', '1', '2', '10', '11', '111')],
    ['addresses', batch('Open https://shop.example.com/products/item-', '17', '18?x=1', '28')],
    [
      'two lists',
      batch('List the opening hours of museums in ', 'Rome on Friday', 'Rome on Sunday').concat(
        batch('List the opening hours of museums in ', 'Oslo on Friday', 'Oslo on Sunday'),
      ),
    ],
    ['an end that goes on', batch('Find the cheapest flight to Rome', '', ' tomorrow', ' today')],
    ['Chinese', batch('在黑客新闻上列出讨论最多的五个故事', '甲', '乙', '丙')],
    ['Japanese', batch('ハッカーニュースで最も議論されている記事を調べて', '甲', '乙')],
    ['Persian', batch('ارزان‌ترین پرواز را از وین پیدا کن به ', 'رم', 'اسلو')],
    ['emoji', batch('Find the best restaurant for 👩‍👩‍👧‍👦 in ', '🇦🇹', '🇩🇪', '🇫🇷')],
    ['a long beginning', batch(`${'Be careful and polite. '.repeat(40)}Shop: `, 'Ada', 'Bo')],
  ] as const)
    it(`of a batch stay apart in a narrow side bar: ${what}`, () => {
      const shown = labelsOf(prompts).map((label) => visible(label));
      assert.equal(new Set(shown).size, prompts.length, shown.join('\n'));
    });

  it('that differ soon enough are left alone', () => {
    const prompts = batch('Order a meal in the ', 'mall', 'park');
    const near = batch('Order food in the ', 'mall', 'park');
    assert.ok(labelsOf(prompts).every((label) => label.startsWith('…')));
    assert.deepEqual(labelsOf(near), near);
  });

  it('that are IDs stay whole', () => {
    const ids = batch('01993c5e-7a11-7000-8000-0000000000', '01', '02');
    const titles = rowTitles(ids.map((id) => ({ apiVersion: 'v2', id })));
    assert.deepEqual(
      [...titles.values()],
      ids.map((label) => ({ label })),
    );
  });

  it('that are equal stay whole', () => {
    const prompt = 'Find the cheapest direct train from Vienna to Venice';
    assert.deepEqual(labelsOf([prompt, prompt]), [prompt, prompt]);
  });

  it('stay as they are while others come and go, and whatever the order', () => {
    const trains = batch('Find the cheapest train from Vienna to ', 'Graz', 'Linz', 'Prague');
    const others = [
      'Find the weather in Vienna',
      'Find the cheapest hotel in Vienna',
      'Find the cheapest train from Rome to Oslo',
      'Find the cheapest train from Vienna to Venice on a Friday evening',
      'Order two items in the shop',
    ];
    const labels = labelsOf(trains);
    for (let count = 0; count <= others.length; count++) {
      const all = labelsOf([...trains, ...others.slice(0, count)]);
      assert.deepEqual(all.slice(0, trains.length), labels);
    }
    assert.deepEqual(labelsOf(trains.slice(1)), labels.slice(1));
    assert.deepEqual(labelsOf(trains.toReversed()).toReversed(), labels);
  });

  it('begin nowhere inside of a character, lose nothing, and do not depend on the order', () => {
    const part = fc.constantFrom('👩‍👩‍👧‍👦', '🇦🇹', 'e\u0301', 'क्षि', '文', 'a', 'word ', ' ', '-', '❤️');
    const text = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''));
    const ends = fc.array(text, { minLength: 1, maxLength: 6 });
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(text, ends, (beginning, ends) => {
        const prompts = ends.map((end) => oneLine(`x${beginning}${end}`));
        const rows = rowsOf(prompts);
        for (const [index, { label, beginning: first }] of rows.entries()) {
          const title = prompts[index] ?? assert.fail();
          if (first === undefined) {
            assert.ok(label === title || (label.endsWith('…') && title.length > 200));
            continue;
          }
          const start = title.length - label.slice(1).length;
          if (label.length < 200) assert.equal(label, `…${title.slice(start)}`);
          const starts = [...segmenter.segment(title)].map(({ index }) => index);
          if (label.length < 200) assert.ok(starts.includes(start), `${start} of ${title}`);
          if (start < 100 && label.length < 200)
            assert.equal(first, `${title.slice(0, start).trimEnd()}…`);
        }
        assert.deepEqual(rowsOf(prompts.toReversed()).toReversed(), rows);
      }),
    );
  });
});

describe('the order of tasks', () => {
  it('puts active ones first, then the newest', () => {
    const tasks = [
      aTask({ id: 'oldEnd', status: 'failed', finishedAt: '2026-01-01T00:00:00Z' }),
      aTask({ id: 'newEnd', status: 'finished', finishedAt: '2026-01-12T00:00:00Z' }),
      aTask({ id: 'old', startedAt: '2026-01-01T00:00:00Z' }),
      aTask({ id: 'new', status: 'created', createdAt: '2026-01-02T00:00:00Z' }),
      aTask({ id: 'pending', status: 'unknown', rawStatus: '' }),
      aTask({ id: 'missing', isMissing: true }),
    ];
    const expected = ['pending', 'new', 'old', 'missing', 'newEnd', 'oldEnd'];
    assert.deepEqual(
      inTaskOrder(tasks).map(({ id }) => id),
      expected,
    );
    assert.deepEqual(
      inTaskOrder(tasks.toReversed()).map(({ id }) => id),
      expected,
    );
  });

  it('does not depend on the order of equals', () => {
    const tasks = ['c', 'a', 'b'].map((id) => aTask({ id }));
    assert.deepEqual(
      inTaskOrder(tasks).map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });
});
