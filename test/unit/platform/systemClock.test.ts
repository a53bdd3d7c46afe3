import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { systemClock } from '../../../src/platform/systemClock';

const longMs = 60_000;

/** The only test of time that is real: each sleep lasts a millisecond or ends by its signal. */
describe('the system clock', () => {
  it('ends a sleep in time, and leaves no listener', async () => {
    const abort = new AbortController();
    await systemClock.sleep(1, abort.signal);
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  });

  it('ends a sleep when its signal aborts, and leaves no timer', async () => {
    const abort = new AbortController();
    // Mocha sets its own timer when a test first waits.
    await new Promise((resolve) => setImmediate(resolve));
    const timers = countTimers();
    const slept = systemClock.sleep(longMs, abort.signal);
    assert.equal(countTimers(), timers + 1);
    abort.abort();
    await slept;
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
    assert.equal(countTimers(), timers);
  });

  it('does not begin a sleep that nobody wants', async () => {
    await systemClock.sleep(longMs, AbortSignal.abort());
  });

  it('does not take a sleep of months for none', async () => {
    const abort = new AbortController();
    let hasEnded = false;
    const slept = systemClock.sleep(2 ** 31, abort.signal).then(() => (hasEnded = true));
    await systemClock.sleep(5, new AbortController().signal);
    assert.equal(hasEnded, false);
    abort.abort();
    await slept;
  });

  it('tells the time of day', () => {
    assert.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
  });
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
