import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { withDeadline } from '../../../src/api/http';

const farMs = 60_000;

/** Counts timers that keep this process alive; a moment later, as mocha sets its own when the test has begun. */
async function timers(): Promise<number> {
  await Promise.resolve();
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe('work with a deadline', () => {
  it('gives its result, and leaves no timer and no listener', async () => {
    const { signal } = new AbortController();
    const before = await timers();
    assert.equal(await withDeadline(signal, farMs, () => Promise.resolve('done')), 'done');
    assert.equal(await timers(), before);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('gives its failure, and leaves no timer and no listener', async () => {
    const { signal } = new AbortController();
    const before = await timers();
    const work = withDeadline(signal, farMs, () => Promise.reject(new Error('broken')));
    await assert.rejects(work, { message: 'broken' });
    assert.equal(await timers(), before);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('ends at its deadline even when the work ignores its signal', async () => {
    const { signal } = new AbortController();
    let inner: AbortSignal | undefined;
    const work = withDeadline(signal, 1, (given) => {
      inner = given;
      return new Promise(() => undefined);
    });
    await assert.rejects(work, { name: 'CloudError', kind: 'timeout' });
    assert.equal(inner?.aborted, true);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('may go on for longer than its deadline where it says that it makes progress', async () => {
    const { signal } = new AbortController();
    const before = await timers();
    const work = withDeadline(signal, 600, async (_given, postpone) => {
      for (let turn = 0; turn < 10; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 70));
        postpone();
      }
      return 'done';
    });
    assert.equal(await work, 'done');
    assert.equal(await timers(), before);
    let features = (): void => undefined;
    const stalled = withDeadline(signal, 1, (_given, postpone) => {
      features = postpone;
      postpone();
      return new Promise(() => undefined);
    });
    await assert.rejects(stalled, { kind: 'timeout' });
    features();
    assert.equal(await timers(), before, 'a late word starts no timer');
  });

  it('ends on the caller’s abort even when the work ignores its signal', async () => {
    const controller = new AbortController();
    const before = await timers();
    const work = withDeadline(controller.signal, farMs, () => new Promise(() => undefined));
    assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
    controller.abort(new Error('a reason of the caller’s own'));
    await assert.rejects(work, { name: 'AbortError' });
    assert.equal(await timers(), before);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  it('does not begin when the caller has aborted already', async () => {
    let began = false;
    const work = withDeadline(AbortSignal.abort(), farMs, () => {
      began = true;
      return Promise.resolve();
    });
    await assert.rejects(work, { name: 'AbortError' });
    assert.equal(began, false);
  });

  it('aborts the signal of work that has failed, so that a body nobody reads is let go', async () => {
    const given: AbortSignal[] = [];
    const work = (end: Promise<void>) =>
      withDeadline(new AbortController().signal, farMs, (signal) => {
        given.push(signal);
        assert.equal(signal.aborted, false);
        return end;
      });
    await assert.rejects(work(Promise.reject(new Error('broken'))), { message: 'broken' });
    await work(Promise.resolve());
    assert.deepEqual(
      given.map(({ aborted }) => aborted),
      [true, false],
    );
  });
});
