import assert from 'node:assert/strict';
import { browserOpenUntil } from '../../src/core/tasks/openBrowser';
import { Engine } from './engine';

const second = 1000;
const minute = 60 * second;

/** A session of v3 that is kept alive may get another task from elsewhere, for as long as it is idle. */
describe('a session of v3 that runs again', () => {
  let engine: Engine;

  beforeEach(async () => {
    engine = await Engine.start({ apiVersion: 'v3' });
  });

  afterEach(() => engine.dispose());

  /** Tracks a session until its task has ended. @returns its ID */
  const trackToEnd = async (script: Parameters<Engine['track']>[0] = {}): Promise<string> => {
    const createdAtMs = engine.clock.now();
    const ends = { end: 'finished', steps: 2, lengthMs: 10 * second, createdAtMs } as const;
    const id = engine.track({ ...ends, keepAlive: true, ...script });
    await engine.pass(20 * second);
    assert.equal(engine.task(id).status, 'finished');
    assert.equal(engine.notices.length, 1);
    return id;
  };

  const followUp = (sessionId: string): void => {
    engine.simulator.addTask({
      prompt: 'And now?',
      apiVersion: 'v3',
      sessionId,
      end: 'finished',
      lengthMs: 2 * minute,
    });
  };

  it('is noticed within half a minute, and so is its next end', async () => {
    const id = await trackToEnd();
    await engine.pass(5 * minute);
    followUp(id);
    await engine.pass(35 * second);
    assert.equal(engine.task(id).status, 'running');
    await engine.pass(2 * minute);
    assert.equal(engine.task(id).status, 'finished');
    assert.equal(engine.notices.length, 2);
  });

  it('says when it closes by itself, also where it is tracked long after it went idle', async () => {
    const createdAtMs = engine.clock.now() - 10 * minute;
    const end = { end: 'finished', steps: 2, lengthMs: 2 * minute, createdAtMs } as const;
    const id = engine.track({ ...end, keepAlive: true });
    await engine.pass(2 * second);
    assert.equal(engine.task(id).rawStatus, 'idle');
    const closesAt = browserOpenUntil(engine.task(id), engine.clock.now()) ?? NaN;
    const expected = createdAtMs + 17 * minute;
    assert.ok(Math.abs(closesAt - expected) < minute, `${closesAt - expected} ms off`);
    await engine.pass(3 * minute);
    assert.equal(browserOpenUntil(engine.task(id), engine.clock.now()), closesAt);
    followUp(id);
    await engine.pass(35 * second);
    assert.equal(engine.task(id).status, 'running');
    assert.equal(engine.task(id).browserOpenUntil, undefined);
  });

  it('is noticed within an interval where another session is polled, too', async () => {
    engine.track();
    engine.track();
    const id = await trackToEnd();
    followUp(id);
    const { requests } = engine;
    await engine.pass(3 * second);
    assert.equal(engine.task(id).status, 'running');
    assert.ok(engine.requests - requests <= 2, 'by the list that is read anyway');
  });

  it('takes few requests while it is idle, and none once it has timed out', async () => {
    const id = await trackToEnd();
    const { requests } = engine;
    await engine.pass(14 * minute);
    const idle = engine.requests - requests;
    assert.ok(idle >= 20 && idle <= 30, `${idle} requests`);
    await engine.pass(2 * minute);
    assert.equal(engine.task(id).rawStatus, 'timed_out');
    assert.equal(engine.task(id).status, 'finished');
    const atTheEnd = engine.requests;
    await engine.pass(60 * minute);
    assert.equal(engine.requests, atTheEnd);
    assert.equal(engine.notices.length, 1);
  });

  it('takes no request after twenty minutes, though the cloud never lets it time out', async () => {
    await trackToEnd({ v3: { idleLimitMs: Infinity } });
    await engine.pass(20 * minute);
    const { requests } = engine;
    await engine.pass(60 * minute);
    assert.equal(engine.requests, requests);
  });

  it('stays as it ended once it has timed out, which says nothing of its task', async () => {
    engine.track();
    engine.track();
    const id = engine.track({ keepAlive: true });
    await engine.pass(10 * second);
    engine.stop(id);
    await engine.pass(3 * minute);
    assert.equal(engine.task(id).status, 'stopped');
    await engine.pass(13 * minute);
    assert.equal(engine.task(id).rawStatus, 'timed_out');
    assert.equal(engine.task(id).status, 'stopped');
  });

  it('takes no request where it was not kept alive', async () => {
    await trackToEnd({ keepAlive: false });
    const { requests } = engine;
    await engine.pass(60 * minute);
    assert.equal(engine.requests, requests);
  });
});
