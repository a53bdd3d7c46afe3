import assert from 'node:assert/strict';
import { numberedPages, type NumberedPage } from '../../../src/api/pages';
import type { ListedTask } from '../../../src/core/cloud/taskClient';

describe('numberedPages', () => {
  let requested: number[];

  beforeEach(() => {
    requested = [];
  });

  function aPage(count: number, total: number): NumberedPage {
    const tasks = Array.from({ length: count }, (_, index): ListedTask => {
      return { id: String(index), status: 'running', rawStatus: 'started' };
    });
    return { tasks, total, answeredAtMs: total * 1000 };
  }

  function read(...answers: readonly NumberedPage[]) {
    return numberedPages(2, (page) => {
      requested.push(page);
      const answer = answers[page - 1];
      return answer ? Promise.resolve(answer) : Promise.reject(new Error('No answer'));
    });
  }

  async function lastsOf(pages: ReturnType<typeof read>): Promise<boolean[]> {
    const lasts: boolean[] = [];
    for await (const { isLast } of pages) lasts.push(isLast);
    return lasts;
  }

  it('asks for nothing until somebody reads, and for one page at a time', async () => {
    const pages = read(aPage(2, 3), aPage(1, 3));
    assert.deepEqual(requested, []);
    assert.deepEqual((await pages.next()).value, { ...aPage(2, 3), isLast: false });
    assert.deepEqual(requested, [1]);
    assert.deepEqual((await pages.next()).value, { ...aPage(1, 3), isLast: true });
    assert.deepEqual(await pages.next(), { value: undefined, done: true });
    assert.deepEqual(requested, [1, 2]);
  });

  it('ends with a page that is full where the total says so', async () => {
    assert.deepEqual(await lastsOf(read(aPage(2, 4), aPage(2, 4))), [false, true]);
  });

  it('believes the newest total', async () => {
    assert.deepEqual(await lastsOf(read(aPage(2, 9), aPage(2, 4))), [false, true]);
    assert.deepEqual(await lastsOf(read(aPage(2, 4), aPage(2, 5), aPage(1, 5))), [
      false,
      false,
      true,
    ]);
  });

  it('ends with an empty page, whatever the total says', async () => {
    assert.deepEqual(await lastsOf(read(aPage(0, 0))), [true]);
    assert.deepEqual(await lastsOf(read(aPage(2, 900), aPage(0, 900))), [false, true]);
  });

  it('ends where a request fails', async () => {
    const pages = read(aPage(2, 3));
    await pages.next();
    await assert.rejects(pages.next(), /No answer/);
    assert.deepEqual(await pages.next(), { value: undefined, done: true });
    assert.deepEqual(requested, [1, 2]);
  });
});
