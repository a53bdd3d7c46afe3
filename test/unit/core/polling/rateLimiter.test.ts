import assert from 'node:assert/strict';
import { RateLimiter } from '../../../../src/core/polling/rateLimiter';
import { TokenBucket } from '../../../../src/core/polling/tokenBucket';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { never } from '../../../fakes/never';

describe('RateLimiter', () => {
  let clock: FakeClock;
  let bucket: TokenBucket;
  let rateLimiter: RateLimiter;

  beforeEach(() => {
    clock = new FakeClock();
    bucket = new TokenBucket({ clock, perSecond: 2, burst: 2 });
    rateLimiter = new RateLimiter({ clock, bucket });
  });

  const refusal = (retryAfterMs: number) => ({ kind: 'rateLimited', retryAfterMs });

  it('gives a turn for a token, and waits for one', async () => {
    let given = 0;
    for (let call = 0; call < 3; call++) void rateLimiter.take(never).then(() => given++);
    await settle();
    assert.equal(given, 2);
    await clock.advance(500);
    assert.equal(given, 3);
  });

  it('shares its tokens with those for other servers and keys', async () => {
    await new RateLimiter({ clock, bucket }).take(never);
    assert.equal(bucket.available(), 1);
  });

  it('gives nobody a turn before a rate limit has passed, and spends no token on it', async () => {
    rateLimiter.noteRateLimit(30_000);
    await clock.advance(29_000);
    await assert.rejects(rateLimiter.take(never), {
      ...refusal(1000),
      message: 'Nothing is sent for another 1 s',
    });
    assert.equal(bucket.available(), 2);
    await clock.advance(1000);
    await rateLimiter.take(never);
  });

  it('refuses who waited for a token while somebody met the limit', async () => {
    await rateLimiter.take(never);
    await rateLimiter.take(never);
    const waiting = assert.rejects(rateLimiter.take(never), refusal(59_500));
    rateLimiter.noteRateLimit(undefined);
    await clock.advance(500);
    await waiting;
  });

  it('takes a minute where the server names no time, and an hour at most', async () => {
    rateLimiter.noteRateLimit(undefined);
    await assert.rejects(rateLimiter.take(never), refusal(60_000));
    rateLimiter.noteRateLimit(1e12);
    await assert.rejects(rateLimiter.take(never), refusal(3_600_000));
    rateLimiter.noteRateLimit(5000);
    await assert.rejects(rateLimiter.take(never), refusal(3_600_000));
  });

  it('gives nobody a turn while another window was told to send nothing', async () => {
    let pausedUntil: number | undefined = clock.now() + 5000;
    rateLimiter = new RateLimiter({ clock, bucket, pausedUntil: () => pausedUntil });
    await assert.rejects(rateLimiter.take(never), refusal(5000));
    await clock.advance(5000);
    await rateLimiter.take(never);
    pausedUntil = undefined;
    await rateLimiter.take(never);
  });

  it('lets other servers and keys be', async () => {
    rateLimiter.noteRateLimit(undefined);
    await new RateLimiter({ clock, bucket }).take(never);
  });

  it('waits no longer when the wall clock is set back', async () => {
    rateLimiter.noteRateLimit(30_000);
    clock.jump(-3_600_000);
    await assert.rejects(rateLimiter.take(never), refusal(30_000));
    await clock.advance(30_000);
    await rateLimiter.take(never);
  });

  it('rejects who does not want it any more', async () => {
    const abort = new AbortController();
    await rateLimiter.take(never);
    await rateLimiter.take(never);
    const waiting = assert.rejects(rateLimiter.take(abort.signal), { name: 'AbortError' });
    abort.abort();
    await waiting;
    assert.equal(clock.timers, 0);
  });

  describe('for what nobody waits for', () => {
    let ends: AbortController;
    let sent: number;

    beforeEach(() => {
      bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
      rateLimiter = new RateLimiter({ clock, bucket });
      ends = new AbortController();
      sent = 0;
      for (let page = 0; page < 40; page++)
        void rateLimiter.take(ends.signal, true).then(
          () => sent++,
          () => undefined,
        );
    });

    afterEach(async () => {
      ends.abort();
      await settle();
      assert.equal(clock.timers, 0);
    });

    it('leaves five tokens to those that are due, who never wait for it', async () => {
      for (let second = 0; second < 10; second++) {
        await clock.advance(1000);
        let given = 0;
        for (let due = 0; due < 2; due++) void rateLimiter.take(never).then(() => given++);
        await settle();
        assert.equal(given, 2);
      }
      assert.ok(sent >= 5, 'it uses what is left');
    });

    it('uses all tokens where nothing else is due', async () => {
      await settle();
      assert.equal(sent, 5);
      await clock.advance(10_000);
      assert.ok(sent >= 23, String(sent));
    });

    it('takes a tenth of the tokens at most where the others take all that they get, and not none', async () => {
      let given = 0;
      const lane = async (): Promise<void> => {
        for (;;) {
          await rateLimiter.take(ends.signal);
          given++;
        }
      };
      for (let lanes = 0; lanes < 4; lanes++) void lane().catch(() => undefined);
      await clock.advance(10_000);
      const before = { sent, given };
      await clock.advance(60_000);
      assert.ok(sent - before.sent >= 6, String(sent - before.sent));
      assert.ok(given - before.given >= 108, String(given - before.given));
    });
  });

  describe('as a server says how many requests it still takes', () => {
    /** When each of so many requests is let through, in milliseconds from now. */
    const turns = async (count: number, ms: number): Promise<readonly number[]> => {
      const since = clock.now();
      const given: number[] = [];
      const ends = new AbortController();
      for (let call = 0; call < count; call++)
        void rateLimiter.take(ends.signal).then(
          () => given.push(clock.now() - since),
          () => undefined,
        );
      for (let passed = 0; passed < ms; passed += 250) await clock.advance(250);
      ends.abort();
      await settle();
      assert.equal(clock.timers, 0);
      return given;
    };

    beforeEach(() => {
      bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
      rateLimiter = new RateLimiter({ clock, bucket });
    });

    it('lets nobody through before its window ends where it takes none', async () => {
      rateLimiter.noteAllowance({ remaining: 0, resetMs: 3000 });
      assert.deepEqual(await turns(2, 4000), [3000, 3000]);
    });

    it('spreads those that it takes over what is left of the window', async () => {
      rateLimiter.noteAllowance({ remaining: 3, resetMs: 4000 });
      assert.deepEqual(await turns(6, 5000), [1000, 2000, 3000, 4000, 4000, 4000]);
    });

    it('waits for nothing where more are left than are sent', async () => {
      rateLimiter.noteAllowance({ remaining: 9, resetMs: 5000 });
      rateLimiter.noteAllowance({ remaining: 0, resetMs: 0 });
      assert.deepEqual(await turns(3, 1000), [0, 0, 0]);
    });

    it('keeps to the strictest, until its window has ended', async () => {
      rateLimiter.noteAllowance({ remaining: 1, resetMs: 4000 });
      rateLimiter.noteAllowance({ remaining: 120, resetMs: 4000 });
      rateLimiter.noteAllowance({ remaining: 4, resetMs: 4000 });
      assert.deepEqual(await turns(2, 5000), [2000, 4000]);
      rateLimiter.noteAllowance({ remaining: 4, resetMs: 4000 });
      assert.deepEqual(await turns(2, 2000), [800, 1600]);
    });

    it('waits no longer when the wall clock is set back', async () => {
      rateLimiter.noteAllowance({ remaining: 0, resetMs: 5000 });
      clock.jump(-3_600_000);
      assert.deepEqual(await turns(1, 1000), [0]);
    });
  });
});
