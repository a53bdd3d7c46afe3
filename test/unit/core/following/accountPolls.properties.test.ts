import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { AccountPolls } from '../../../../src/core/following/accountPolls';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { AccountLists } from '../../../fakes/accountLists';
import { FakeClock } from '../../../fakes/fakeClock';

const pauseMs = 2000;

/** What an account has started before it is followed: tasks of one version, one after the other, the last one a moment ago. */
const past = fc.record({
  version: fc.constantFrom('v4' as const, 'v2' as const, 'v3' as const),
  count: fc.integer({ min: 1, max: 400 }),
  gapMs: fc.oneof(fc.constantFrom(0, 1, 3000), fc.integer({ min: 0, max: 60_000 })),
  lastAgoMs: fc.integer({ min: 1, max: 90_000 }),
});

/** What an account starts between two polls: how many tasks, of which version, in which session. */
const burst = fc.record({
  version: fc.constantFrom('v4' as const, 'v2' as const, 'v3' as const),
  sessionId: fc.constantFrom('a', 'b', 'c'),
  count: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 }) },
    fc.integer({ max: 130, min: 6 }),
  ),
  polls: fc.integer({ min: 1, max: 4 }),
});

describe('following an account', () => {
  it('tracks every task once, however many start between two polls in whichever session, and none of before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(past, { maxLength: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(burst, { maxLength: 12 }),
        async (pasts, pollsBefore, bursts) => {
          const clock = new FakeClock();
          const store = new TaskStore();
          const lists = new AccountLists(clock);
          let isFollowed = false;
          const polls = new AccountPolls({
            store,
            now: () => clock.now(),
            versions: ['v4', 'v2', 'v3'],
            following: () => (isFollowed ? { filter: '', limit: 5000 } : undefined),
            onLimit: assert.fail,
            onRefused: assert.fail,
          });
          const poll = async (times: number): Promise<void> => {
            for (let time = 0; time < times; time++) {
              await clock.advance(pauseMs);
              await polls.poll(() => Promise.resolve(lists.cloud()), new AbortController().signal);
              assert.ok(lists.requested.length <= ++pollCount, 'one request in each pause');
            }
          };
          let pollCount = 0;
          const added: string[] = [];
          store.onDidChange((changes) => {
            for (const { before, after } of changes) if (!before && after) added.push(after.id);
          });
          polls.dueAt(pauseMs);
          for (const { version, count, gapMs, lastAgoMs } of pasts)
            for (let left = count; left-- > 0;)
              lists.start(version, `old ${version} ${left}`, { agoMs: lastAgoMs + left * gapMs });
          isFollowed = true;
          polls.dueAt(pauseMs);
          await poll(pollsBefore);
          const started: string[] = [];
          for (const { version, sessionId, count, polls: times } of bursts) {
            for (let task = 0; task < count; task++) {
              const id = String(started.length);
              started.push(id);
              lists.start(version, id, version === 'v4' ? { sessionId } : {});
            }
            await poll(times);
          }
          await poll(80);
          assert.deepEqual(added.toSorted(), started.toSorted());
        },
      ),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 40) },
    );
  }).timeout(60_000);
});
