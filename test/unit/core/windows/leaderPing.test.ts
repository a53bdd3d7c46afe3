import assert from 'node:assert/strict';
import { LeaderPing } from '../../../../src/core/windows/leaderPing';
import { FakeClock, settle } from '../../../fakes/fakeClock';

describe('LeaderPing', () => {
  let clock: FakeClock;
  let pings: { id: number; at: number }[];
  let isWatching: boolean;
  let isAnswering: boolean;
  let events: string[];
  let received: string[];
  let startedAt: number;
  let ping: LeaderPing;

  beforeEach(() => {
    clock = new FakeClock();
    startedAt = clock.now();
    pings = [];
    events = [];
    received = [];
    isWatching = false;
    isAnswering = true;
    const at = (): number => clock.now() - startedAt;
    ping = new LeaderPing({
      clock,
      send: (id) => {
        pings.push({ id, at: at() });
        if (isAnswering) ping.onMessage(id);
      },
      isWatching: () => isWatching,
      onSilence: (isSilent) => events.push(`${isSilent ? 'silent' : 'answers'} ${at()}`),
      onGiveUp: () => events.push(`gives up ${at()}`),
    });
  });

  afterEach(() => {
    ping.dispose();
    assert.equal(clock.timers, 0);
  });

  const expect = (what = 'it'): void => ping.expect(() => received.push(what));

  it('sends nothing and keeps no timer while nothing waits and nothing is watched', async () => {
    ping.onMessage();
    await clock.advance(60_000);
    assert.deepEqual([pings.length, clock.timers], [0, 0]);
    expect();
    await settle();
    assert.deepEqual([pings.length, clock.timers, received], [1, 0, ['it']]);
  });

  it('says after three seconds that the leader is silent, and gives up after six', async () => {
    isAnswering = false;
    expect();
    await clock.advance(60_000);
    assert.deepEqual(events, ['silent 3000', 'gives up 6000']);
    assert.deepEqual(received, []);
  });

  it('says that the leader answers after all, and that it has received what was sent', async () => {
    isAnswering = false;
    expect();
    await clock.advance(4000);
    ping.onMessage(pings.at(-1)?.id);
    await clock.advance(60_000);
    assert.deepEqual(events, ['silent 3000', 'answers 4000']);
    assert.deepEqual(received, ['it']);
  });

  it('takes what was sent after a ping for received only with the next one', async () => {
    isAnswering = false;
    expect('first');
    await settle();
    expect('second');
    ping.onMessage();
    ping.onMessage(1);
    await settle();
    assert.deepEqual(received, ['first']);
    ping.onMessage(2);
    await settle();
    assert.deepEqual(received, ['first', 'second']);
  });

  it('pings every three seconds while something is watched, unless the leader is heard anyway', async () => {
    isWatching = true;
    ping.onMessage();
    await clock.advance(7000);
    assert.deepEqual(
      pings.map(({ at }) => at),
      [3000, 6000],
    );
    ping.onMessage();
    await clock.advance(4000);
    assert.equal(pings.length, 2, 'heard at 7 s: next ping at 12 s');
    isWatching = false;
    await clock.advance(10_000);
    assert.equal(clock.timers, 0);
  });

  it('does not wait for the next ping with what must not be lost', async () => {
    isWatching = true;
    ping.onMessage();
    await clock.advance(1000);
    expect();
    await settle();
    assert.deepEqual(received, ['it']);
  });

  it('pings again where it hung itself, or the machine slept, while it waited', async () => {
    isAnswering = false;
    expect();
    await clock.advance(2900);
    clock.sleepMachine(3_600_000);
    isAnswering = true;
    await clock.advance(200);
    assert.deepEqual(events, []);
    assert.deepEqual(received, ['it']);
  });

  it('tells nothing once it is disposed', async () => {
    isAnswering = false;
    expect();
    await clock.advance(3500);
    ping.dispose();
    ping.onMessage(pings.at(-1)?.id);
    expect();
    await clock.advance(60_000);
    assert.deepEqual(events, ['silent 3000']);
    assert.deepEqual(received, []);
  });
});
