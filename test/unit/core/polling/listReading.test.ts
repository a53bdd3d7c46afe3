import assert from 'node:assert/strict';
import type { ListPoll } from '../../../../src/core/polling/pollPlanner';
import { ListReading } from '../../../../src/core/polling/listReading';
import type { ListedTask, TaskClient, TaskQuery } from '../../../../src/core/cloud/taskClient';
import { aTask } from '../../../fakes/aTask';
import { FakeCloud } from '../../../fakes/fakeCloud';

const never = new AbortController().signal;

describe('ListReading', () => {
  let pages: readonly (readonly string[])[];
  let total: number;
  let queries: TaskQuery[];
  let shown: string[];
  let allowance: number;

  beforeEach(() => {
    queries = [];
    shown = [];
    allowance = Infinity;
  });

  function listed(id: string): ListedTask {
    return { id, status: 'running', rawStatus: 'started' };
  }

  async function read(ids: readonly string[], more: Partial<ListPoll> = {}) {
    const client: TaskClient = {
      ...new FakeCloud(() => 0).client('v2'),
      listTasks: (query) => {
        queries.push(query);
        return Promise.resolve({ tasks: (pages[query.page - 1] ?? []).map(listed), total });
      },
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

  it('asks for page after page of the query, and takes in each', async () => {
    pages = [['a'], ['b'], ['c']];
    total = 250;
    const reading = await read(['a', 'b', 'c']);
    assert.deepEqual(
      queries,
      [1, 2, 3].map((page) => ({ createdFrom: 1, createdUntil: 2, page })),
    );
    assert.deepEqual(shown, ['a', 'b', 'c']);
    assert.deepEqual(
      [reading.pages, reading.pagesInAll, reading.isWhole, missingIn(reading)],
      [3, 3, true, []],
    );
  });

  it('stops as soon as all were seen', async () => {
    pages = [['a', 'other'], ['b']];
    total = 150;
    const reading = await read(['a']);
    assert.equal(queries.length, 1);
    assert.deepEqual([reading.pages, reading.pagesInAll, reading.isWhole], [1, 2, true]);
  });

  it('names who is missing when the list has ended', async () => {
    pages = [['a'], ['c']];
    total = 200;
    const reading = await read(['a', 'b', 'c', 'd']);
    assert.equal(queries.length, 2);
    assert.deepEqual(missingIn(reading), ['b', 'd']);
    assert.equal(reading.isWhole, true);
  });

  it('takes an empty page for the end, whatever the total says', async () => {
    pages = [['b'], []];
    total = 900;
    const reading = await read(['a']);
    assert.equal(queries.length, 2);
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
    assert.equal(queries.length, 1);
  });

  it('has nothing more to read once nobody is expected whom it may look for', async () => {
    pages = [['b'], ['a']];
    total = 200;
    allowance = 1;
    const reading = await read(['a', 'c']);
    reading.keep(({ id }) => id === 'c');
    assert.deepEqual([reading.isDone, missingIn(reading)], [false, ['c']]);
    reading.keep(() => false);
    assert.deepEqual([reading.isDone, missingIn(reading)], [true, []]);
  });

  it('knows no task by the ID of another API version', async () => {
    pages = [['a']];
    total = 1;
    const reading = await read(['a'], { expects: [aTask({ id: 'a', apiVersion: 'v1' })] });
    assert.equal(reading.missing.length, 1);
  });
});
