import assert from 'node:assert/strict';
import { TokenBucket } from '../../../../src/core/polling/tokenBucket';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { never } from '../../../fakes/never';

describe('TokenBucket', () => {
  let clock: FakeClock;
  let bucket: TokenBucket;

  beforeEach(() => {
    clock = new FakeClock();
    bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
  });

  it('gives the burst at once, then two a second, in the order of calls', async () => {
    const given: number[] = [];
    for (let call = 0; call < 15; call++) void bucket.take(never).then(() => given.push(call));
    await settle();
    assert.equal(given.length, 10);
    await clock.advance(1000);
    assert.equal(given.length, 12);
    await clock.advance(1500);
    assert.deepEqual(
      given,
      Array.from({ length: 15 }, (_, index) => index),
    );
  });

  it('never gives more than it may over any time', async () => {
    let given = 0;
    for (let call = 0; call < 500; call++) void bucket.take(never).then(() => given++);
    for (let second = 0; second <= 60; second++) {
      await settle();
      assert.ok(given <= 10 + 2 * second, `${given} after ${second} s`);
      await clock.advance(1000);
    }
    assert.ok(given >= 10 + 2 * 60);
  });

  it('gives no more than the burst at once after a sleep of the machine, those who waited included', async () => {
    let given = 0;
    for (let call = 0; call < 12; call++) void bucket.take(never).then(() => given++);
    await settle();
    given = 0;
    clock.sleepMachine(60_000);
    for (let call = 0; call < 20; call++) void bucket.take(never).then(() => given++);
    await clock.advance(500);
    assert.equal(given, 10 - 1 + 1, 'one who waited, eight at once, one for the half second');
  });

  it('gives a token back when its taker leaves', async () => {
    for (let call = 0; call < 10; call++) await bucket.take(never);
    const leaver = new AbortController();
    const left = bucket.take(leaver.signal);
    leaver.abort();
    assert.equal(await left, false);
    assert.equal(await bucket.take(leaver.signal), false);
    await clock.advance(500);
    assert.equal(bucket.available(), 1);
    assert.equal(await bucket.take(never), true);
  });

  it('neither gives nor takes when the wall clock is set back', async () => {
    for (let call = 0; call < 10; call++) await bucket.take(never);
    clock.jump(-3_600_000);
    assert.equal(bucket.available(), 0);
    await clock.advance(1000);
    assert.equal(bucket.available(), 2);
  });

  it('holds no more than the burst after a long rest', async () => {
    await clock.advance(3_600_000);
    assert.equal(bucket.available(), 10);
  });
});
