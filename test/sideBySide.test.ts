import assert from 'node:assert/strict';
import { runSideBySide, type Job } from './sideBySide';

describe('jobs side by side', () => {
  let written = '';
  const write = (text: string): void => void (written += text);
  /** Ends a job, once it has begun. */
  let end: Map<string, () => void>;

  beforeEach(() => {
    written = '';
    end = new Map();
  });

  const job = (name: string, needs: readonly string[] = []): Job<string> => ({
    name,
    needs,
    run: async (write, needed) => {
      write(`${name} begins\n`);
      await new Promise<void>((resolve) => end.set(name, resolve));
      write(`${name} ends with ${needed.join(' ')}\n`);
      return `result of ${name}`;
    },
  });
  const running = (): string[] => [...end.keys()];
  const endOf = async (name: string): Promise<void> => {
    end.get(name)?.();
    end.delete(name);
    await settled();
  };

  it('run as many at a time as there are lanes, in their order', async () => {
    const all = runSideBySide([job('a'), job('b'), job('c')], { laneCount: 2, write });
    await settled();
    assert.deepEqual(running(), ['a', 'b']);
    await endOf('b');
    assert.deepEqual(running(), ['a', 'c']);
    await endOf('c');
    await endOf('a');
    assert.deepEqual(await all, ['result of a', 'result of b', 'result of c']);
  });

  it('wait for those that they need, and let others go first', async () => {
    const jobs = [job('a'), job('b', ['a', 'not here']), job('c')];
    const all = runSideBySide(jobs, { laneCount: 2, write });
    await settled();
    assert.deepEqual(running(), ['a', 'c']);
    await endOf('a');
    assert.deepEqual(running(), ['c', 'b']);
    await endOf('b');
    await endOf('c');
    await all;
    assert.match(written, /b ends with result of a\n/u);
  });

  it('keep their output apart: that of the first at once, that of the others in its turn', async () => {
    const all = runSideBySide([job('a'), job('b'), job('c')], { laneCount: 2, write });
    await settled();
    assert.equal(written, 'a begins\n');
    await endOf('b');
    assert.equal(written, 'a begins\n');
    await endOf('a');
    assert.equal(written, 'a begins\na ends with \nb begins\nb ends with \nc begins\n');
    await endOf('c');
    await all;
  });

  it('throw what one throws, once the others that run have ended', async () => {
    const broken: Job<string> = {
      name: 'broken',
      run: () => Promise.reject(new Error('No more disk')),
    };
    let isOver = false;
    const all = runSideBySide([job('a'), broken, job('never')], { laneCount: 2, write });
    const failed = assert.rejects(all, /No more disk/u).then(() => (isOver = true));
    await settled();
    assert.deepEqual([running(), isOver], [['a'], false]);
    await endOf('a');
    await failed;
    assert.deepEqual(running(), []);
  });

  it('say so when they need each other', async () => {
    const jobs = [job('a', ['b']), job('b', ['a'])];
    await assert.rejects(runSideBySide(jobs, { laneCount: 2, write }), /need each other: a, b/u);
  });
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
