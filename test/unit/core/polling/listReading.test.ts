import assert from 'node:assert/strict';
import type { ListPoll } from '../../../../src/core/polling/pollPlanner';
import { ListReading } from '../../../../src/core/polling/listReading';
import type { ListedTask, TaskClient, TaskQuery } from '../../../../src/core/cloud/taskClient';
import { numberedPages } from '../../../../src/api/pages';
import { aTask } from '../../../fakes/aTask';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

describe('ListReading', () => {
  let pages: readonly (readonly string[])[];
  let total: number;
  let requested: (TaskQuery & { page: number })[];
  let shown: string[];
  let allowance: number;

  beforeEach(() => {
    requested = [];
    shown = [];
    allowance = Infinity;
  });

  function listed(id: string): ListedTask {
    return { id, status: 'running', rawStatus: 'started' };
  }

  async function read(ids: readonly string[], more: Partial<ListPoll> = {}) {
    const client: TaskClient = {
      ...new FakeCloud(() => 0).client('v2'),
      listTasks: (query) =>
        numberedPages(100, (page) => {
          requested.push({ ...query, page });
          return Promise.resolve({ tasks: (pages[page - 1] ?? []).map(listed), total });
        }),
    };
    const poll: ListPoll = {
      kind: 'list',
      way: 'span',
      apiVersion: 'v2',
      query: { createdFrom: 1, createdUntil: 2 },
      expects: ids.map((id) => aTask({ id })),
      mostPages: 10,
      ...more,
    };
    const reading = new ListReading(poll);
    while (!reading.isDone && allowance-- > 0)
      shown.push(...(await reading.readPage(client, never)).map(({ id }) => id));
    return reading;
  }

  function missingIn({ missing }: Awaited<ReturnType<typeof read>>): string[] {
    return missing.map(({ id }) => id);
  }

  it('requests page after page of the query, and takes in each', async () => {
    pages = [['a'], ['b'], ['c']];
    total = 250;
    const reading = await read(['a', 'b', 'c']);
    assert.deepEqual(
      requested,
      [1, 2, 3].map((page) => ({ createdFrom: 1, createdUntil: 2, page })),
    );
    assert.deepEqual(shown, ['a', 'b', 'c']);
    assert.deepEqual(
      [reading.pages, reading.pagesInAll, reading.isWhole, missingIn(reading)],
      [3, 3, true, []],
    );
  });

  it('counts what a later page shows again, once for each time', async () => {
    pages = [
      ['a', 'b'],
      ['b', 'c'],
      ['b', 'c', 'd'],
    ];
    total = 250;
    assert.equal((await read(['d'])).repeats, 3);
    pages = [['a'], ['b'], ['c']];
    assert.equal((await read(['d'])).repeats, 0);
    pages = [['a', 'b'], ['a', 'b'], ['b']];
    assert.equal((await read(['d'])).repeats, 0, 'the same page again');
  });

  it('stops as soon as all were seen', async () => {
    pages = [['a', 'other'], ['b']];
    total = 150;
    const reading = await read(['a']);
    assert.equal(requested.length, 1);
    assert.deepEqual([reading.pages, reading.pagesInAll, reading.isWhole], [1, 2, true]);
  });

  it('names who is missing when the list has ended', async () => {
    pages = [['a'], ['c']];
    total = 200;
    const reading = await read(['a', 'b', 'c', 'd']);
    assert.equal(requested.length, 2);
    assert.deepEqual(missingIn(reading), ['b', 'd']);
    assert.equal(reading.isWhole, true);
  });

  it('takes an empty page for the end, whatever the total says', async () => {
    pages = [['b'], []];
    total = 900;
    const reading = await read(['a']);
    assert.equal(requested.length, 2);
    assert.deepEqual([reading.isWhole, missingIn(reading)], [true, ['a']]);
  });

  it('has a page in all even where the list is empty', async () => {
    pages = [[]];
    total = 0;
    assert.equal((await read(['a'])).pagesInAll, 1);
  });

  it('gives up a list within bounds that is too long to be worth it', async () => {
    pages = [['b'], ['c'], ['a']];
    total = 300;
    const reading = await read(['a'], { mostPages: 2 });
    assert.deepEqual([reading.pages, reading.pagesInAll, reading.isWhole], [1, 3, false]);
    assert.deepEqual(missingIn(reading), ['a']);
    assert.equal((await read(['a'], { mostPages: 3 })).isWhole, true);
  });

  it('reads the beginning of a list without bounds, however long that is', async () => {
    pages = [['b'], ['c'], ['a']];
    total = 9000;
    const reading = await read(['a'], { way: 'recent', query: {}, mostPages: 2 });
    assert.deepEqual([reading.pages, reading.pagesInAll, reading.isWhole], [2, 90, false]);
  });

  it('is read a page at a time, and knows in between who is missing', async () => {
    pages = [['b'], ['a']];
    total = 200;
    allowance = 1;
    const reading = await read(['a', 'b']);
    assert.deepEqual([reading.pages, reading.isDone, reading.isWhole], [1, false, false]);
    assert.deepEqual(missingIn(reading), ['a']);
    assert.equal(requested.length, 1);
  });

  it('is done once it may find none of the expected tasks', async () => {
    pages = [['b'], ['a']];
    total = 200;
    allowance = 1;
    const reading = await read(['a', 'c']);
    reading.keep(({ id }) => id === 'c');
    assert.deepEqual([reading.isDone, missingIn(reading)], [false, ['c']]);
    reading.keep(() => false);
    assert.deepEqual([reading.isDone, missingIn(reading)], [true, []]);
  });

  /** A list that tells no total, as one that is read by cursors. */
  async function readByCursor(ids: readonly string[], mostPages: number) {
    const client: TaskClient = {
      ...new FakeCloud(() => 0).client('v2'),
      async *listTasks() {
        for (const [index, page] of pages.entries())
          yield await Promise.resolve({
            tasks: page.map(listed),
            isLast: index === pages.length - 1,
          });
      },
    };
    const query = { createdFrom: 1 };
    const expects = ids.map((id) => aTask({ id }));
    const reading = new ListReading({
      kind: 'list',
      way: 'span',
      apiVersion: 'v2',
      query,
      expects,
      mostPages,
    });
    while (!reading.isDone) await reading.readPage(client, never);
    return reading;
  }

  it('reads a list without a total until its last page', async () => {
    pages = [['b'], ['c'], ['d']];
    const reading = await readByCursor(['a'], 9);
    assert.deepEqual([reading.pages, reading.pagesInAll, reading.isWhole], [3, 3, true]);
    assert.deepEqual(missingIn(reading), ['a']);
  });

  it('gives up a list without a total once it has read as much as that is worth', async () => {
    pages = [['b'], ['c'], ['d']];
    const reading = await readByCursor(['a'], 2);
    assert.deepEqual([reading.pages, reading.pagesInAll, reading.isWhole], [2, 3, false]);
  });

  it('takes the end of a list for the end, though no page was called the last', async () => {
    pages = [];
    const reading = await readByCursor(['a'], 9);
    assert.deepEqual([reading.isWhole, missingIn(reading)], [true, ['a']]);
  });

  it('knows no task by the ID of another API version', async () => {
    pages = [['a']];
    total = 1;
    const reading = await read(['a'], { expects: [aTask({ id: 'a', apiVersion: 'v1' })] });
    assert.equal(reading.missing.length, 1);
  });
});
