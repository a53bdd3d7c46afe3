import assert from 'node:assert/strict';
import {
  checkChange,
  requestChange,
  type ChangeCheck,
} from '../../../../src/core/cloud/changeRequest';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import { FakeClock, settle } from '../../../fakes/fakeClock';

/** The cloud's side of a change: what it answers, and what it says when it is checked. */
interface World {
  readonly answer: () => Promise<string>;
  readonly checks: readonly (ChangeCheck<string> | Error)[];
}

const there: ChangeCheck<string> = { happened: true, value: 'found' };
const notThere: ChangeCheck<string> = { happened: false };
const failure = (kind: CloudErrorKind): CloudError => new CloudError(kind, `is ${kind}`);

async function request({ answer, checks }: World) {
  const clock = new FakeClock();
  const counts = { sent: 0, checked: 0 };
  const outcome = requestChange({
    clock,
    send: () => {
      counts.sent++;
      return answer();
    },
    check: () => {
      const found = checks[counts.checked++] ?? notThere;
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
  });
  outcome.catch(() => undefined);
  await clock.advance(60_000);
  assert.equal(clock.timers, 0);
  return { outcome: await outcome, counts };
}

describe('a request that changes something', () => {
  it('is done where the cloud says so, and nothing is checked', async () => {
    const { outcome, counts } = await request({
      answer: () => Promise.resolve('made'),
      checks: [],
    });
    assert.deepEqual(outcome, { kind: 'done', value: 'made' });
    assert.deepEqual(counts, { sent: 1, checked: 0 });
  });

  const refusals: readonly CloudErrorKind[] = [
    'auth',
    'forbidden',
    'payment',
    'taskNotFound',
    'notServed',
    'invalidRequest',
    'refused',
    'rateLimited',
    'noFreeSlot',
    'noKey',
  ];
  for (const kind of refusals) {
    it(`is refused where the cloud itself says ${kind}, and nothing is checked`, async () => {
      const error = failure(kind);
      const { outcome, counts } = await request({
        answer: () => Promise.reject(error),
        checks: [there],
      });
      assert.deepEqual(outcome, { kind: 'refused', error });
      assert.deepEqual(counts, { sent: 1, checked: 0 });
    });
  }

  const lost: readonly CloudErrorKind[] = [
    'network',
    'timeout',
    'server',
    'badAnswer',
    'tooLarge',
    'redirect',
  ];
  for (const kind of lost) {
    const answer = (): Promise<string> => Promise.reject(failure(kind));

    it(`is done where the answer is lost (${kind}) and the cloud shows the change`, async () => {
      const { outcome, counts } = await request({ answer, checks: [there] });
      assert.deepEqual(outcome, { kind: 'done', value: 'found' });
      assert.deepEqual(counts, { sent: 1, checked: 1 });
    });

    it(`is done where the answer is lost (${kind}) and a slow cloud shows the change later`, async () => {
      const checks = [notThere, failure('timeout'), there];
      const { outcome, counts } = await request({ answer, checks });
      assert.deepEqual(outcome, { kind: 'done', value: 'found' });
      assert.equal(counts.sent, 1);
    });

    it(`is refused where the answer is lost (${kind}) and the cloud shows no change`, async () => {
      const { outcome, counts } = await request({ answer, checks: [] });
      assert.deepEqual(outcome, { kind: 'refused', error: failure(kind) });
      assert.deepEqual(counts, { sent: 1, checked: 3 });
    });

    it(`is unknown where the answer is lost (${kind}) and the last check fails`, async () => {
      const checks = [notThere, notThere, failure('network')];
      const { outcome, counts } = await request({ answer, checks });
      assert.deepEqual(outcome, { kind: 'unknown', error: failure(kind) });
      assert.equal(counts.sent, 1);
    });
  }

  it('is refused where it never left, and nothing is checked', async () => {
    const error = new CloudError('network', 'is offline', { isUnsent: true });
    const { outcome, counts } = await request({
      answer: () => Promise.reject(error),
      checks: [error, error, error],
    });
    assert.deepEqual(outcome, { kind: 'refused', error });
    assert.deepEqual(counts, { sent: 1, checked: 0 });
  });

  it('is unknown where the checks can’t even be sent', async () => {
    const checks = [new Error('another server'), new Error('another server'), new Error('other')];
    const answer = (): Promise<string> => Promise.reject(failure('timeout'));
    const { outcome } = await request({ answer, checks });
    assert.equal(outcome.kind, 'unknown');
  });

  it('is known after all once a later check can be made', async () => {
    const clock = new FakeClock();
    const outcome = await checkChange(
      { clock, check: () => Promise.resolve(there) },
      failure('timeout'),
    );
    assert.deepEqual(outcome, { kind: 'done', value: 'found' });
  });

  it('is taken back while it waits for its turn, and nothing is checked', async () => {
    const controller = new AbortController();
    let checks = 0;
    const outcome = requestChange({
      clock: new FakeClock(),
      signal: controller.signal,
      send: (signal) =>
        new Promise((_resolve, reject) => {
          const error = Object.assign(new Error('aborted'), { name: 'AbortError' });
          signal.addEventListener('abort', () => reject(error));
        }),
      check: () => {
        checks++;
        return Promise.resolve(notThere);
      },
    });
    controller.abort();
    await assert.rejects(outcome, { name: 'AbortError' });
    await settle();
    assert.equal(checks, 0);
  });

  it('hides no mistake of our own', async () => {
    const outcome = requestChange({
      clock: new FakeClock(),
      send: () => Promise.reject(new TypeError('ours')),
      check: () => Promise.resolve(there),
    });
    await assert.rejects(outcome, TypeError);
  });
});
