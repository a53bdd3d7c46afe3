import assert from 'node:assert/strict';
import {
  backoffBaseMs,
  backoffCapMs,
  nextBackoffMs,
  rateLimitPauseMs,
} from '../../../../src/core/polling/backoff';

describe('nextBackoffMs', () => {
  for (const random of [0, 0.5, 1]) {
    it(`grows from the base to the cap with random ${random}`, () => {
      let pauseMs = 0;
      for (let failure = 0; failure < 20; failure++) {
        const next = nextBackoffMs(pauseMs, () => random);
        assert.ok(next >= backoffBaseMs && next <= backoffCapMs, `${next}`);
        assert.ok(next >= pauseMs || pauseMs >= backoffCapMs * 0.9);
        pauseMs = next;
      }
      assert.ok(pauseMs >= backoffCapMs * 0.9);
    });

    it(`comes to at most 15 questions in ten minutes with random ${random}`, () => {
      let requests = 1;
      let pauseMs = nextBackoffMs(0, () => random);
      for (let atMs = pauseMs; atMs <= 600_000; atMs += pauseMs) {
        requests++;
        pauseMs = nextBackoffMs(pauseMs, () => random);
      }
      assert.ok(requests <= 15, `${requests}`);
    });
  }
});

describe('rateLimitPauseMs', () => {
  it('is a minute where the server asks for nothing', () => {
    assert.equal(rateLimitPauseMs(undefined), 60_000);
  });

  it('is what the server asks for, within two seconds and an hour', () => {
    assert.equal(rateLimitPauseMs(5000), 5000);
    for (const tooShort of [-1, 0, 1999]) assert.equal(rateLimitPauseMs(tooShort), backoffBaseMs);
    for (const tooLong of [3_600_001, 86_400_000, Infinity])
      assert.equal(rateLimitPauseMs(tooLong), 3_600_000);
  });

  it('is no shorter than the pause that failures in a row mean', () => {
    assert.equal(rateLimitPauseMs(5000, 8000), 8000);
    assert.equal(rateLimitPauseMs(9000, 8000), 9000);
    assert.equal(rateLimitPauseMs(undefined, 8000), 60_000);
  });
});
